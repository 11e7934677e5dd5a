import Testing

@testable import Expr

@Suite struct ValueFormatTests {
  private static let hundred = Tensor(.vector(100), (1...100).map { Double($0) / 10 })
  private static let grid = Tensor(.matrix(3, 4), (1...12).map(Double.init))

  @Test(
    arguments: [
      (Tensor(0.5), "0.5"),
      (Tensor(.scalar, [1], isBoolean: true), "true"),
      (Tensor(.vector(3), [1, -2.5, 3]), "[1, -2.5, 3]"),
      (Tensor(.vector(2), [0, 1], isBoolean: true), "[false, true]"),
      (Tensor(.row(3), [1, 2, 3]), "[1, 2, 3]'"),
      (Tensor(.matrix(2, 2), [1, 2, 3, 4]), "[1, 2; 3, 4]"),
      (Tensor(.matrix(1, 2), [1, 2]), "[1, 2] (1×2)"),
      (Tensor(.matrix(2, 1), [1, 2]), "[1; 2] (2×1)"),
      (Tensor(.vector(0), []), "[]"),
      (Tensor(.matrix(0, 3), []), "[] (0×3)"),
      (Tensor(Shape([2, 1, 2]), [1, 2, 3, 4]), "[1, 2, 3, 4, …] (2×1×2)"),
    ] as [(Tensor, String)])
  func wholeLines(tensor: Tensor, text: String) {
    #expect(ValueFormat().line(tensor) == text)
  }

  @Test(
    arguments: [
      (hundred, 24, "[0.1, 0.2, 0.3, …] (100)"), (hundred, 23, "[0.1, 0.2, …] (100)"),
      (hundred, 0, "[…] (100)"), (grid, 29, "[1, 2, 3, 4; …] (3×4)"),
      (grid, 33, "[1, 2, 3, 4; 5, 6, 7, 8; …] (3×4)"), (grid, 20, "[1, 2, …; …] (3×4)"),
      (grid, 0, "[…; …] (3×4)"), (Tensor(0.123456), 2, "0.123456"),
      (Tensor(.row(4), [10, 20, 30, 40]), 16, "[10, …]' (1×4)"),
    ] as [(Tensor, Int, String)])
  func cutLines(tensor: Tensor, width: Int, text: String) {
    #expect(ValueFormat().line(tensor, width: width) == text)
  }

  @Test func asciiMarks() {
    let format = ValueFormat(isASCII: true)
    #expect(format.line(Self.hundred, width: 24) == "[0.1, 0.2, ...] (100)")
    #expect(format.line(Self.grid, width: 20) == "[1, ...; ...] (3x4)")
  }

  @Test func diagonals() {
    let format = ValueFormat()
    #expect(format.diagonalLine(Tensor(.vector(2), [0.1, 2])) == "diag(0.1, 2)")
    #expect(format.diagonalLine(Self.hundred, width: 20) == "diag(0.1, 0.2, …)")
  }

  @Test func matricesAlignAtTheirPoints() {
    let matrix = Tensor(.matrix(3, 3), [0.5, -0.3, 1e-8, 10.25, 0.8, .nan, -0.6, 100, -.infinity])
    #expect(
      ValueFormat().lines(.tensor(matrix)) == [
        " 0.5    -0.3     1e-8",
        "10.25    0.8   nan",
        "-0.6   100    -inf",
      ])
  }

  @Test func longMatricesAreCut() {
    let tall = Tensor(.matrix(50, 30), (0..<1500).map(Double.init))
    let lines = ValueFormat().lines(.tensor(tall), width: 30)
    #expect(lines.count == 20)
    #expect(lines[0] == "  0    1    2    3    4  …")
    #expect(lines[18] == "540  541  542  543  544  …")
    #expect(lines[19] == "… (50×30)")
    #expect(lines.allSatisfy { $0.count <= 30 })
  }

  @Test func wideMatricesEndInTheirSize() {
    let wide = Tensor(.matrix(2, 9), (1...18).map(Double.init))
    #expect(
      ValueFormat().lines(.tensor(wide), width: 14) == [" 1   2   3  …", "10  11  12  …", "(2×9)"])
  }

  @Test func strings() {
    #expect(ValueFormat().line(.string("a \"b\"\\\n\u{1B}é")) == #""a \"b\"\\\n\u{1b}é""#)
  }
}
