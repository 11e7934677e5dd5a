/// A curve in one line of bars.
struct Sparkline {
  let text: String

  /// - Parameters:
  ///   - values: those that are not finite leave a blank.
  ///   - isLogarithmic: whether their logarithms are shown.
  init(
    _ values: [Double], isLogarithmic: Bool = false, width: Int, _ settings: RenderSettings
  ) {
    let bars = Array(settings.isASCII ? "_.-=+*#%" : "▁▂▃▄▅▆▇█")
    let count = min(values.count, max(1, width))
    let shown = (0..<count).map { column in
      let value = values[count > 1 ? column * (values.count - 1) / (count - 1) : 0]
      return isLogarithmic ? Double.log(value) : value
    }
    let finite = shown.filter(\.isFinite)
    let low = finite.min() ?? 0, high = finite.max() ?? 0
    var text = ""
    for value in shown {
      guard value.isFinite else {
        text.append(" ")
        continue
      }
      let part = high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0
      text.append(bars[min(bars.count - 1, Int(part * Double(bars.count)))])
    }
    self.text = text
  }
}
