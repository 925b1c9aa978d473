import JSON

/// The countries and regions of ISO 3166, as the Debian package iso-codes lists them (`iso_3166-1.json`, `iso_3166-2.json`).
///
/// Their ids follow from their codes, so that every version of the list and every installation gives a row the same one.
public struct ISO3166: Sendable {
  /// A country with its regions, by code.
  public struct Entry: Sendable {
    public let country: (id: CountryID, row: Country.Row)
    /// Codes without the country's (`IDF`).
    public let regions: [(id: RegionID, name: String, code: String)]

    /// The rows of its regions.
    /// - Parameter country: the id that the country has here; a row of an administrator's may have had its code before.
    public func regionRows(of country: CountryID) -> [(id: RegionID, row: Region.Row)] {
      regions.map { ($0.id, Region.Row(countryID: country, name: $0.name, code: $0.code)) }
    }
  }

  /// The list is not in the form that the package has.
  public struct Malformed: Error, CustomStringConvertible {
    public let description: String
  }

  /// By code.
  public let entries: [Entry]

  /// - Parameters:
  ///   - countries: the text of `iso_3166-1.json`.
  ///   - subdivisions: the text of `iso_3166-2.json`.
  /// - Throws: `Malformed`.
  public init(countries: [UInt8], subdivisions: [UInt8]) throws {
    var byCountry: [String: [(name: String, code: String)]] = [:]
    for entry in try Self.list("3166-2", of: subdivisions) {
      let parts = try Self.text("code", of: entry).split(separator: "-", maxSplits: 1)
      guard parts.count == 2 else { throw Malformed(description: "a subdivision's code has no dash") }
      byCountry[String(parts[0]), default: []].append((try Self.text("name", of: entry), Self.ownCode(of: parts[1], in: parts[0])))
    }
    var entries: [Entry] = []
    for entry in try Self.list("3166-1", of: countries) {
      let code = try Self.text("alpha_2", of: entry)
      guard let number = Int64(try Self.text("numeric", of: entry)) else { throw Malformed(description: "\(code) has no number") }
      let row = Country.Row(
        name: try entry.first { $0.key == "common_name" }?.value.stringValue ?? Self.text("name", of: entry), code: code,
        iso3: try Self.text("alpha_3", of: entry))
      let regions = try (byCountry[code] ?? []).map { (try Self.id(of: $0.code, in: number), $0.name, $0.code) }
      entries.append(Entry(country: (Self.id(ofCountry: number), row), regions: regions.sorted { $0.2 < $1.2 }))
    }
    self.entries = entries.sorted { $0.country.row.code < $1.country.row.code }
  }

  /// Codes under which default rows have what the list calls otherwise.
  private static func ownCode(of code: Substring, in country: Substring) -> String {
    country == "FR" && code == "PAC" ? "PACA" : String(code)
  }

  /// 100 and the number of ISO 3166-1, which has three digits: after the default rows of countries, and below 1,000 as theirs.
  private static func id(ofCountry number: Int64) -> CountryID { CountryID(100 + number) }

  /// That of an imported row whose key is the country's number and the code, up to four letters and digits, as digits to the base of 37.
  private static func id(of code: String, in country: Int64) throws -> RegionID {
    let digits = code.utf8.compactMap(digit)
    guard (1...4).contains(digits.count), digits.count == code.utf8.count else {
      throw Malformed(description: "\(code) is no subdivision's code")
    }
    // Filled up on the right, so that a code and a longer one that begins with it differ.
    let key = (digits + Array(repeating: 0, count: 4 - digits.count)).reduce(country) { $0 * 37 + $1 }
    return .imported(key)
  }

  /// 1 to 36 for a digit or a capital letter.
  private static func digit(_ character: UInt8) -> Int64? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): Int64(character - UInt8(ascii: "0")) + 1
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int64(character - UInt8(ascii: "A")) + 11
    default: nil
    }
  }

  private static func list(_ name: String, of text: [UInt8]) throws -> [[(key: String, value: JSONValue)]] {
    guard let list = try JSONValue(parsing: text).objectValue?.first(where: { $0.key == name })?.value.arrayValue else {
      throw Malformed(description: "there is no list \(name)")
    }
    return try list.map { value in
      guard let entry = value.objectValue else { throw Malformed(description: "an entry of \(name) is no object") }
      return entry
    }
  }

  private static func text(_ name: String, of entry: [(key: String, value: JSONValue)]) throws -> String {
    guard let text = entry.first(where: { $0.key == name })?.value.stringValue else {
      throw Malformed(description: "an entry has no \(name)")
    }
    return text
  }
}
