import Foundation

/// The address sanitizer of `make sanitize`, in the programs that tests start.
enum Sanitizer {
  /// Its options, handed on to every program: they say not to report what lives as long as the process.
  static let options = ProcessInfo.processInfo.environment["ASAN_OPTIONS"]
  static var isOn: Bool { options != nil }
}
