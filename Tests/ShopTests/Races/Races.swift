import Testing

/// Many at once for what there is little of: real processes' worth of logs and executors over one PostgreSQL, requests released
/// together, everything counted at the end from the log's first event on. One suite after the other.
@Suite(.serialized, .timeLimit(.minutes(5))) enum Races {}
