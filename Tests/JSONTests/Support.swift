import JSON

/// SplitMix64: the same seed gives the same numbers on every machine.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// The seed of this run: `COMPTOIR_TEST_SEED` where it is set, else a new one; printed, so that a failure can be run
  /// again.
  static func seed(_ test: String = #function) -> UInt64 {
    let seed = environment("COMPTOIR_TEST_SEED").flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64.max)
    print("COMPTOIR_TEST_SEED=\(seed) for \(test)")
    return seed
  }
}

func bytes(_ text: String) -> [UInt8] {
  [UInt8](text.utf8)
}

/// Reads a strict or lenient object of which the test wants one value.
func read<R>(_ text: String, strict: Bool = false, _ body: (inout JSONObjectReader) throws -> R) throws -> R {
  try JSONObjectReader.parse(bytes(text), strict: strict, body)
}

/// The error of a body that must fail.
func failure(_ body: () throws -> Void) -> JSONError? {
  do {
    try body()
    return nil
  } catch {
    return error as? JSONError
  }
}
