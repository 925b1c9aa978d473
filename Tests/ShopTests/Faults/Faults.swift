import Foundation
import Testing

/// What breaks in the middle of work: connections, the database, the program itself. Whatever was acknowledged is there once
/// afterwards, and everything goes on by itself.
@Suite(.serialized, .timeLimit(.minutes(drillScale == nil ? 10 : 90))) enum Faults {}

/// How much larger a drill's tests are; nil outside of a drill.
let drillScale = ProcessInfo.processInfo.environment["COMPTOIR_TEST_SCALE"].flatMap { Int($0) }
