import Aggregates
import Postgres

/// The search of products by name, reference, brand and category, ranked, without regard to case, accents and single wrong letters.
enum ProductSearch {
  /// `$1` text: what is looked for.
  static let listing = Listing(
    "products.search",
    ProductResources.product(
      schema: "FoundProduct",
      from: """
        (\(found)) found join products p on p.id = found.id
        cross join lateral (
          select round((found.score + 0.1 * internal.similarity(internal.fold($1), internal.fold(p.name)))::numeric, 4) as value) relevance
        """,
      fields: [.decimal("relevance", "relevance.value").sortable]), fixedParameters: 1, defaultSort: "-relevance")

  /// How many words of a text count; those behind them are not looked for.
  static let maximumWords = 8

  /// Products in which every word is found in one place or another, each word counting where it is found best: in the name or the
  /// reference, else in the brand, else in a category. `%>` is what the indexes answer; how alike the two must be is a setting of the reader's
  /// role. Between products that have the words alike, the one whose whole name is more like the whole text comes first.
  private static let found = """
    with words as (
      select distinct word from (
        select word from regexp_split_to_table(internal.fold($1), '\\s+') with ordinality as split (word, place)
        where word <> '' order by place limit \(maximumWords)) first
    ), hits as (
      select word, p.id, internal.word_similarity(word, internal.fold(p.name)) as score
      from words join products p on internal.fold(p.name) operator(internal.%>) word
      union all
      select word, p.id, internal.word_similarity(word, internal.fold(p.ref))
      from words join products p on internal.fold(p.ref) operator(internal.%>) word
      union all
      select word, p.id, 0.9 * internal.word_similarity(word, internal.fold(b.name))
      from words join brands b on internal.fold(b.name) operator(internal.%>) word and b.deleted_at is null
        join products p on p.id_1 = b.id
      union all
      select word, pc.product_id, 0.8 * internal.word_similarity(word, internal.fold(c.name))
      from words join categories c on internal.fold(c.name) operator(internal.%>) word
        join product_categories pc on pc.category_id = c.id
    ), best as (select id, word, max(score) as score from hits group by id, word)
    select id, avg(score) as score from best group by id having count(*) = (select count(*) from words)
    """
}
