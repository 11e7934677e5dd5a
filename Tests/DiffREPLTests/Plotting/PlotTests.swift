import Testing

@testable import DiffREPL

/// Plots as people see them, and the numbers beside them.
@Suite struct PlotTests {
  private static func text(_ plot: Plot, width: Int = 40, isASCII: Bool = false) -> String {
    let settings = RenderSettings(width: width, isASCII: isASCII)
    return PlotLayout(plot, settings).lines.map(\.text).joined(separator: "\n")
  }

  private static func line(_ x: [Double], _ y: [Double], height: Int = 5) -> Plot {
    var plot = Plot(title: "t", curves: [.init(name: "c", x: x, y: y)])
    plot.height = height
    return plot
  }

  @Test func aLineInASCII() {
    let wanted = """
        t
      1 +                                 **
        |                         *********
        |                 *********
        |        **********
      0 +*********
        +-+---------------+----------------+
         0               0.5               1
      """
    let shown = Self.text(Self.line([0, 1], [0, 1]), isASCII: true)
    let isASCII = shown.utf8.allSatisfy { $0 < 0x80 }
    #expect(isASCII)
    #expect(shown.split(separator: "\n").count == wanted.split(separator: "\n").count)
    #expect(shown.contains("1 +") && shown.contains("0 +*") && shown.contains("0.5"))
  }

  @Test func brailleDotsStandWhereTheValuesAre() {
    let shown = Self.text(Self.line([0, 1, 2, 3], [0, 0, 0, 0])).split(separator: "\n")
    // A constant lies in the middle, all across.
    let row = shown.first {
      $0.contains("⠒") || $0.contains("⠤") || $0.contains("⣀") || $0.contains("⠉")
    }
    #expect((row?.count ?? 0) >= 38)
  }

  /// Ticks that four digits do not tell apart get more, on both axes.
  @Test func ticksAreToldApart() {
    let shown = Self.text(Self.line([1e9, 1e9 + 4], [1e9, 1e9 + 1], height: 9), width: 80)
    #expect(shown.contains("1000000000.5 ┤") && shown.contains("1000000002"), "\(shown)")
    #expect(PlotScale.labels(of: [0, 0.2, 0.4]) == ["0", "0.2", "0.4"])
    #expect(PlotScale.labels(of: [0.1 + 0.2, 0.3]).count == 2)
  }

  /// A legend breaks between its entries, and goes on under them.
  @Test func aLegendBreaksBetweenEntries() {
    var plot = Self.line([0, 1], [0, 1])
    plot.curves = ["heavyball", "f'(x)*g(x)", "nesterov"].map {
      .init(name: $0, x: [0, 1], y: [0, 1])
    }
    let lines = Self.text(plot, width: 34).split(separator: "\n").suffix(2)
    #expect(lines.first?.hasSuffix(" a heavyball   b f'(x)*g(x)") == true, "\(lines)")
    #expect(lines.last?.hasSuffix("     c nesterov") == true, "\(lines)")
  }

  @Test func nanAndInfinityLeaveGaps() {
    let plot = Self.line([0, 1, 2, 3, 4], [1, 1, .nan, 1, 1], height: 3)
    let row =
      Self.text(plot, isASCII: true).split(separator: "\n").first { $0.contains("**") } ?? ""
    #expect(row.split(separator: " ").filter { $0.contains("**") }.count == 2, "\(row)")
    let empty = Self.line([0, 1], [.nan, .infinity])
    #expect(Self.text(empty).contains("nothing to draw"))
    var log = Self.line([0, 1], [0, -1])
    log.y.isLogarithmic = true
    #expect(Self.text(log).contains("nothing to draw"))
  }

  @Test(arguments: [
    (0.0, 1.0, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]), (0, 10, 4, [0, 5, 10]),
    (-3, 3, 6, [-3, -2, -1, 0, 1, 2, 3]), (1e-9, 3e-9, 4, [1e-9, 1.5e-9, 2e-9, 2.5e-9, 3e-9]),
  ])
  func ticksAreRound(_ low: Double, _ high: Double, _ count: Int, _ wanted: [Double]) {
    let ticks = PlotScale(of: [low, high], Plot.Axis()).ticks(count)
    #expect(zip(ticks, wanted).allSatisfy { abs($0 - $1) <= 1e-12 * abs($1) }, "\(ticks)")
    #expect(ticks.count == wanted.count, "\(ticks)")
  }

  @Test func logarithmicTicksArePowersOfTen() {
    var axis = Plot.Axis()
    axis.isLogarithmic = true
    #expect(PlotScale(of: [1e-4, 1], axis).ticks(5).map { $0.rounded(.toNearestOrEven) }.last == 1)
    #expect(PlotScale(of: [1e-12, 1], axis).ticks(5).count <= 5)
    #expect(PlotScale(of: [5, 5], axis).lower == 0.5)
  }

  @Test func aPoleDoesNotHideTheRest() {
    var axis = Plot.Axis()
    axis.ignoresPeaks = true
    let values = (1...100).map { 1 / (Double($0) - 50.5) } + [1e9]
    #expect(PlotScale(of: values, axis).upper < 10)
  }

  @Test(arguments: [20, 30, 80, 120])
  func fitsTheWidth(width: Int) {
    let plot = Plot(
      title: "",
      curves: (0..<4).map { number in
        .init(
          name: "curve \(number)", x: (0..<50).map(Double.init),
          y: (0..<50).map { 1e5 * Double(number * $0) })
      })
    for line in Self.text(plot, width: width).split(separator: "\n") {
      #expect(line.count <= max(width, 24), "\(line)")
    }
  }

  // MARK: The command

  @Test(arguments: [
    ("f(x)=x^2\n:plot f, f' over x=-1:1", ["f, f'", "a f   b f'"]),
    ("x=3\nE=x^2\n:plot E, E' over x=-1:1", ["E, E'"]),
    (":plot sin(s) over s=0:2*pi", ["sin(s)", "s\n"]),
    ("data t=1:5\ndata y=t.^2\nm=t.^2\n:plot y, m against t", ["• y   b m"]),
    (":plot [3,1,2]", ["┤"]),
    ("a=2\n:plot a*x^2 over x=0:1 at a=3", ["3 ┤"]),
    (
      "x=[1,1]\nE=sum(x.^4)\n:minimize E step=.1 iters=9\n:plot path",
      ["x[2] against x[1]", "○ start"]
    ),
    (
      "x=[1,1,2]\nE=sum(x.^4)\n:minimize E step=.01 iters=9\n:plot path",
      ["x[1], x[2], x[3] against k"]
    ),
    ("x=1\nE=x^4\n:minimize E step=.1 iters=30\n:plot losses", ["E against k", "k\n"]),
    (
      "x=1\nE=x^4\n:minimize E step=.1 iters=30\n:plot losses against path[:,1]",
      ["  losses\n", "•"]
    ),
  ])
  func draws(_ script: String, _ parts: [String]) {
    let replay = Replay(script)
    #expect(replay.errorText == "")
    for part in parts { #expect(replay.text.contains(part), "\(replay.text)") }
    #expect(replay.json.contains("\"curves\":[{\"name\":"))
  }

  @Test(arguments: [
    (":plot", "there is nothing to draw"), (":plot losses", "there is no run yet"),
    (":plot path", "there is no run yet"), (":plot x^2 over x=1:0", "up to a greater one"),
    (":plot x^2 over x=1", "an interval is needed"), (":plot x^2 over x=0:inf", "finite number"),
    (":plot [x, 1] over x=0:1", "a curve needs one number for each x"),
    (":plot q over x=0:1", "unknown name 'q'"), (":plot 3", "is one number"),
    ("y=[1,2,3]\nx=[1,2]\n:plot y against x", "has 3 entries, what it is drawn against 2"),
    (":plot x over x=0:1 log=z", "takes one of x, y, both, no"),
    (":plot x over x=0:1 height=0", "'height=' takes a whole number"),
    (":plot x over x=0:1, y=0:1", "one name is moved"),
    (":plot x^2 over x=0:1 > f.svg", "not supported yet"),
    ("f(x)=x\n:plot f", "draws a function"),
  ])
  func refuses(_ script: String, _ message: String) {
    let replay = Replay(script)
    #expect(replay.errorText.contains(message), "\(replay.errorText)\(replay.text)")
  }

  @Test func sparklines() {
    let unicode = RenderSettings(), ascii = RenderSettings(isASCII: true)
    #expect(Sparkline([0, 1, 2, 3, 4, 5, 6, 7], width: 20, unicode).text == "▁▂▃▄▅▆▇█")
    #expect(Sparkline([0, .nan, 7], width: 20, ascii).text == "_ %")
    #expect(Sparkline([5, 5], width: 20, ascii).text == "__")
    #expect(Sparkline(Array(repeating: 1, count: 500), width: 60, unicode).text.count == 60)
  }
}
