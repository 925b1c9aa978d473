import Testing

/// What breaks in the middle of work: connections, the database, the program itself. Whatever was acknowledged is there once
/// afterwards, and everything goes on by itself.
@Suite(.serialized, .timeLimit(.minutes(5))) enum Faults {}
