import Foundation

/// A path in the folder for temporary files where nothing is yet; the test removes what it makes.
func temporaryPath() -> String {
  FileManager.default.temporaryDirectory.path + "/diffrepl-test-" + UUID().uuidString
}

/// Makes a folder for the time of `body`; removes it with all it holds.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = temporaryPath()
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}
