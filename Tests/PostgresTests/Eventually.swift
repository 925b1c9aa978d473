/// Asks until it is so, or thirty seconds are over.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
  for _ in 0..<1500 {
    if try await condition() { return true }
    try await Task.sleep(for: .milliseconds(20))
  }
  return false
}
