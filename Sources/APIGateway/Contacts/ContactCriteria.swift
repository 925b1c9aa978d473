import Aggregates
import EventSourcing
import Postgres

/// The criteria of a dynamic list as SQL over `contacts c`. Fields and operators come from fixed sets, values are parameters.
struct ContactCriteria {
  /// A condition; true for every contact when there are no criteria.
  private(set) var sql = "true"
  private(set) var parameters: [PostgresValue]

  /// - Parameter parameters: those that stand before the criteria's own.
  init(_ criteria: [ContactListCriterion], after parameters: [PostgresValue]) {
    self.parameters = parameters
    for (index, criterion) in criteria.enumerated() {
      let condition = condition(criterion)
      // From left to right: each one goes with all before it.
      sql = index == 0 ? condition : "(\(sql) \(criterion.logic == .and ? "and" : "or") \(condition))"
    }
  }

  private mutating func condition(_ criterion: ContactListCriterion) -> String {
    let column = "c.\(criterion.field.rawValue)"
    switch criterion.field.kind {
    case .text: return text("internal.fold(coalesce(\(column)::text, ''))", criterion)
    case .flag: return "(\(column) \(criterion.comparison == .notEquals ? "<>" : "=") \(add(.bool(criterion.value == "true"))))"
    case .number:
      let value = add(.int64(Int64(criterion.value) ?? 0))
      switch criterion.comparison {
      case .greaterThan: return "(\(column) > \(value))"
      case .lessThan: return "(\(column) < \(value))"
      case .notEquals: return "(\(column) <> \(value))"
      default: return "(\(column) = \(value))"
      }
    case .time: return time(column, criterion)
    case .tags:
      switch criterion.comparison {
      case .isEmpty: return "(coalesce(\(column), '[]') = '[]')"
      case .isNotEmpty: return "(coalesce(\(column), '[]') <> '[]')"
      default:
        let found = "coalesce(\(column) @> to_jsonb(\(add(.text(criterion.value)))::text), false)"
        return criterion.comparison == .notContains ? "(not \(found))" : "(\(found))"
      }
    }
  }

  private mutating func text(_ column: String, _ criterion: ContactListCriterion) -> String {
    let pattern = Filter.literalPattern(criterion.value)
    switch criterion.comparison {
    case .isEmpty: return "(\(column) = '')"
    case .isNotEmpty: return "(\(column) <> '')"
    case .notEquals: return "(\(column) <> internal.fold(\(add(.text(criterion.value)))))"
    case .contains: return "(\(column) like internal.fold(\(add(.text("%\(pattern)%")))))"
    case .notContains: return "(\(column) not like internal.fold(\(add(.text("%\(pattern)%")))))"
    case .startsWith: return "(\(column) like internal.fold(\(add(.text("\(pattern)%")))))"
    case .endsWith: return "(\(column) like internal.fold(\(add(.text("%\(pattern)")))))"
    case .equals, .greaterThan, .lessThan: return "(\(column) = internal.fold(\(add(.text(criterion.value)))))"
    }
  }

  private mutating func time(_ column: String, _ criterion: ContactListCriterion) -> String {
    switch criterion.comparison {
    case .isEmpty: return "(\(column) is null)"
    case .isNotEmpty: return "(\(column) is not null)"
    default:
      let moment = add(.timestamp(microsecondsSinceUnixEpoch: Timestamp(rfc3339: criterion.value)?.rawValue ?? 0))
      return "coalesce(\(column) \(criterion.comparison == .lessThan ? "<" : ">") \(moment), false)"
    }
  }

  private mutating func add(_ value: PostgresValue) -> String {
    parameters.append(value)
    return "$\(parameters.count)"
  }

  /// Who is to join a list and who is to leave it, so that those are on it who fit. `$1` bigint: the list.
  var difference: PostgresStatement {
    .unprepared(
      """
      with fit as (select c.id from contacts c where \(sql)),
        present as (select m.contact_id as id from contact_list_contacts m where m.contact_list_id = $1 and m.status = 'active')
      select \(ReadSide.positionSQL), array(select id from fit except select id from present order by 1),
        array(select id from present except select id from fit order by 1)
      """)
  }
}
