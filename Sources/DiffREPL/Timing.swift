import Expr

extension Program {
  /// The median time of a run in seconds, over runs for about `budget` seconds, at least five.
  func medianSeconds(budget: Double = 0.2) throws(Diagnostic) -> Double {
    let clock = ContinuousClock()
    var times: [Double] = []
    let start = clock.now
    repeat {
      let begin = clock.now
      try run()
      times.append((clock.now - begin).seconds)
    } while times.count < 5 || ((clock.now - start).seconds < budget && times.count < 100_000)
    return times.sorted()[times.count / 2]
  }
}

extension Duration {
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}

extension NumberFormat {
  /// A time with the unit that suits it: `12.3 µs`.
  func time(_ seconds: Double) -> String {
    switch seconds {
    case ..<1e-6: "\(string(seconds * 1e9)) ns"
    case ..<1e-3: "\(string(seconds * 1e6)) µs"
    case ..<1: "\(string(seconds * 1e3)) ms"
    default: "\(string(seconds)) s"
    }
  }
}
