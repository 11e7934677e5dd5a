import Expr
import Testing

@testable import DiffREPL

@Suite struct TableLayoutTests {
  @Test(arguments: [100, 94]) func aWideTable(width: Int) {
    expectTable(
      width: width,
      """
      f(w0) = log(1 + exp(-3.5 w0))        v_{k+1} = g_k(v_k)        λ_k = ∂f/∂v_k

             v_k                           ∂v_k/∂v_{k-1}                   ∂f/∂v_k
        v_0  w0              0.5           1               1          λ_0  -3.5 λ_1        -0.518165
        v_1  -3.5 v_0       -1.75          -3.5           -3.5        λ_1  exp(v_1) λ_2     0.148047
        v_2  1 + exp(v_1)    1.17377       exp(v_1)        0.173774   λ_2  1/v_2 λ_3        0.851953
        v_3  log(v_2)        0.160224      1/v_2           0.851953   λ_3  1                1
      """)
  }

  @Test func gapsShrinkFirst() {
    expectTable(
      width: 80,
      """
      f(w0) = log(1 + exp(-3.5 w0))        v_{k+1} = g_k(v_k)        λ_k = ∂f/∂v_k

            v_k                    ∂v_k/∂v_{k-1}                ∂f/∂v_k
        v_0 w0            0.5      1              1         λ_0 -3.5 λ_1     -0.518165
        v_1 -3.5 v_0     -1.75     -3.5          -3.5       λ_1 exp(v_1) λ_2  0.148047
        v_2 1 + exp(v_1)  1.17377  exp(v_1)       0.173774  λ_2 1/v_2 λ_3     0.851953
        v_3 log(v_2)      0.160224 1/v_2          0.851953  λ_3 1             1
      """)
  }

  @Test func thenDigitsGoAndFormulasWrap() {
    expectTable(
      width: 60,
      """
      f(w0) = log(1 + exp(-3.5 w0))   v_{k+1} = g_k(v_k)
      λ_k = ∂f/∂v_k

            v_k              ∂v_k/∂v_{k-1}        ∂f/∂v_k
        v_0 w0        0.5    1         1      λ_0 -3.5 λ_1  -0.518
        v_1 -3.5 v_0 -1.75   -3.5     -3.5    λ_1 exp(v_1)   0.148
                                                  λ_2
        v_2 1 +       1.17   exp(v_1)  0.174  λ_2 1/v_2 λ_3  0.852
            exp(v_1)
        v_3 log(v_2)  0.16   1/v_2     0.852  λ_3 1          1
      """)
  }

  @Test func theCellsOfARowStandUnderEachOtherAtLast() {
    expectTable(
      width: 40,
      """
      f(w0) = log(1 + exp(-3.5 w0))
      v_{k+1} = g_k(v_k)   λ_k = ∂f/∂v_k

        v_0  w0  0.5
          ∂v_k/∂v_{k-1}  1  1
          λ_0  -3.5 λ_1  -0.518165
        v_1  -3.5 v_0  -1.75
          ∂v_k/∂v_{k-1}  -3.5  -3.5
          λ_1  exp(v_1) λ_2  0.148047
        v_2  1 + exp(v_1)  1.17377
          ∂v_k/∂v_{k-1}  exp(v_1)  0.173774
          λ_2  1/v_2 λ_3  0.851953
        v_3  log(v_2)  0.160224
          ∂v_k/∂v_{k-1}  1/v_2  0.851953
          λ_3  1  1
      """)
  }

  @Test func asciiAt100() {
    expectTable(
      width: 100, isASCII: true,
      """
      f(w0) = log(1 + exp(-3.5 w0))        v_{k+1} = g_k(v_k)        lambda_k = df/dv_k

             v_k                           dv_k/dv_{k-1}                     df/dv_k
        v_0  w0              0.5           1              1         lambda_0 -3.5 lambda_1       -0.518165
        v_1  -3.5 v_0       -1.75          -3.5          -3.5       lambda_1 exp(v_1) lambda_2    0.148047
        v_2  1 + exp(v_1)    1.17377       exp(v_1)       0.173774  lambda_2 1/v_2 lambda_3       0.851953
        v_3  log(v_2)        0.160224      1/v_2          0.851953  lambda_3 1                    1
      """)
  }

  @Test func asciiAt94() {
    expectTable(
      width: 94, isASCII: true,
      """
      f(w0) = log(1 + exp(-3.5 w0))        v_{k+1} = g_k(v_k)        lambda_k = df/dv_k

            v_k                       dv_k/dv_{k-1}                     df/dv_k
        v_0 w0            0.5         1              1         lambda_0 -3.5 lambda_1      -0.518165
        v_1 -3.5 v_0     -1.75        -3.5          -3.5       lambda_1 exp(v_1) lambda_2   0.148047
        v_2 1 + exp(v_1)  1.17377     exp(v_1)       0.173774  lambda_2 1/v_2 lambda_3      0.851953
        v_3 log(v_2)      0.160224    1/v_2          0.851953  lambda_3 1                   1
      """)
  }

  @Test func asciiAt80() {
    expectTable(
      width: 80, isASCII: true,
      """
      f(w0) = log(1 + exp(-3.5 w0))       v_{k+1} = g_k(v_k)       lambda_k = df/dv_k

            v_k                   dv_k/dv_{k-1}              df/dv_k
        v_0 w0            0.5     1         1       lambda_0 -3.5 lambda_1     -0.5182
        v_1 -3.5 v_0     -1.75    -3.5     -3.5     lambda_1 exp(v_1) lambda_2  0.148
        v_2 1 + exp(v_1)  1.174   exp(v_1)  0.1738  lambda_2 1/v_2 lambda_3     0.852
        v_3 log(v_2)      0.1602  1/v_2     0.852   lambda_3 1                  1
      """)
  }

  @Test func asciiAt60() {
    expectTable(
      width: 60, isASCII: true,
      """
      f(w0) = log(1 + exp(-3.5 w0))   v_{k+1} = g_k(v_k)
      lambda_k = df/dv_k

        v_0  w0  0.5
          dv_k/dv_{k-1}  1  1
          lambda_0  -3.5 lambda_1  -0.518165
        v_1  -3.5 v_0  -1.75
          dv_k/dv_{k-1}  -3.5  -3.5
          lambda_1  exp(v_1) lambda_2  0.148047
        v_2  1 + exp(v_1)  1.17377
          dv_k/dv_{k-1}  exp(v_1)  0.173774
          lambda_2  1/v_2 lambda_3  0.851953
        v_3  log(v_2)  0.160224
          dv_k/dv_{k-1}  1/v_2  0.851953
          lambda_3  1  1
      """)
  }

  @Test func asciiAt40() {
    expectTable(
      width: 40, isASCII: true,
      """
      f(w0) = log(1 + exp(-3.5 w0))
      v_{k+1} = g_k(v_k)   lambda_k = df/dv_k

        v_0  w0  0.5
          dv_k/dv_{k-1}  1  1
          lambda_0  -3.5 lambda_1  -0.518165
        v_1  -3.5 v_0  -1.75
          dv_k/dv_{k-1}  -3.5  -3.5
          lambda_1  exp(v_1) lambda_2
              0.148047
        v_2  1 + exp(v_1)  1.17377
          dv_k/dv_{k-1}  exp(v_1)  0.173774
          lambda_2  1/v_2 lambda_3  0.851953
        v_3  log(v_2)  0.160224
          dv_k/dv_{k-1}  1/v_2  0.851953
          lambda_3  1  1
      """)
  }

  @Test(arguments: Array(stride(from: 20, through: 110, by: 3))) func nothingIsWiderThanTheScreen(
    width: Int
  ) {
    for table in [Table.adjoints, .iterations, .vectors] {
      for isASCII in [false, true] {
        for line in lines(of: table, width: width, isASCII: isASCII) {
          #expect(DisplayWidth.columns(of: line) <= width, "\(line)")
          #expect(line.last != " ")
          if isASCII { #expect(line.utf8.allSatisfy { $0 < 0x80 }) }
        }
      }
    }
  }

  /// Between two cells there is always a blank: no number touches a name.
  @Test(arguments: 59...110) func cellsAreNeverGlued(width: Int) throws {
    let all = lines(of: .adjoints, width: width)
    let row = try #require(all.first { $0.contains("v_3") && $0.contains("log(v_2)") })
    let cells = row.split(separator: " ")
    #expect(cells.count == 8 && cells[0] == "v_3" && cells[3] == "1/v_2" && cells[5] == "λ_3")
  }

  @Test func countsAreRightAlignedAndHeadersAboveDigits() {
    #expect(
      lines(of: .iterations, width: 80) == [
        "   k   E          ‖∇E‖        τ",
        "   0   24.2       232.868",
        "  10  -4.73188    1.85e-11    1",
      ])
  }

  @Test func stackedRowsNameTheirCells() {
    #expect(
      lines(of: .iterations, width: 20) == [
        "  k  0", "    E  24.2", "    ‖∇E‖  232.868",
        "  k  10", "    E  -4.73188", "    ‖∇E‖  1.85e-11", "    τ  1",
      ])
  }

  @Test func arraysInCells() {
    #expect(
      lines(of: .vectors, width: 80) == [
        "  v_1   [0.1, 0.35, 0.65]          diag(0.1, 0.35)",
        "  v_2   [0.333333, …] (50)        -1",
        "  v_3   [1, 2, 3, 4; 5, 6, 7, 8]   diag(0.333333, …)",
      ])
    #expect(lines(of: .vectors, width: 44)[1] == "  v_2   [0.3333, …] (50)    -1")
  }

  @Test func anEmptyTableIsItsHeader() {
    var table = Table.iterations
    table.rows = []
    #expect(lines(of: table, width: 80) == ["  k   E    ‖∇E‖    τ"])
    #expect(lines(of: Table(columns: [], rows: []), width: 80).isEmpty)
  }

  private func expectTable(
    width: Int, isASCII: Bool = false, _ text: String, location: SourceLocation = #_sourceLocation
  ) {
    let shown = lines(of: .adjoints, width: width, isASCII: isASCII).joined(separator: "\n")
    #expect(shown == text, sourceLocation: location)
  }

  private func lines(of table: Table, width: Int, isASCII: Bool = false) -> [String] {
    let settings = RenderSettings(width: width, isASCII: isASCII)
    return TextLayout(settings: settings).lines(of: Output(blocks: [.table(table)])).map(\.text)
  }
}
