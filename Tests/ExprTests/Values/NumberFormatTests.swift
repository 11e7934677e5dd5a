import Testing

@testable import Expr

@Suite struct NumberFormatTests {
  @Test(
    arguments: [
      (0.173774, "0.173774"), (1.173773943450445, "1.17377"), (0.852, "0.852"), (-1.75, "-1.75"),
      (1, "1"), (100000, "100000"), (999999, "999999"), (1_000_000, "1e6"),
      (1_234_567, "1.23457e6"),
      (999_999.6, "1e6"), (99_999.96, "100000"), (1e-8, "1e-8"), (1e20, "1e20"), (0.0001, "0.0001"),
      (0.00001, "1e-5"), (0.00012345678, "0.000123457"), (-2.5e-300, "-2.5e-300"), (0, "0"),
      (-0.0, "0"), (.infinity, "inf"), (-.infinity, "-inf"), (.nan, "nan"),
      (Double.leastNonzeroMagnitude, "4.94066e-324"),
      (1.7976931348623157e308, "1.79769e308"), (4.85165e8, "4.85165e8"),
    ] as [(Double, String)])
  func sixDigits(x: Double, text: String) {
    #expect(NumberFormat().string(x) == text)
  }

  @Test(
    arguments: [
      (0.16022415043808716, "0.16022415043808716"), (1, "1"), (0.1, "0.1"), (1e-5, "1e-5"),
      (1e15, "1000000000000000"), (1e16, "1e16"), (123456.789, "123456.789"),
      (Double.leastNonzeroMagnitude, "5e-324"),
      (-1.7976931348623157e308, "-1.7976931348623157e308"), (-0.0, "0"), (0.00012, "0.00012"),
      (1_000_000, "1000000"), (36_028_797_018_963_968, "3.602879701896397e16"),
    ] as [(Double, String)])
  func shortestRoundTrip(x: Double, text: String) {
    let shown = NumberFormat(digits: 17).string(x)
    #expect(shown == text)
    #expect(Double(shown) == x)
  }

  @Test(
    arguments: [
      (1, 0.16, "0.2"), (2, 0.16, "0.16"), (3, 1234, "1.23e3"), (3, 0.9996, "1"), (1, 10, "1e1"),
      (10, 1.0 / 3, "0.3333333333"), (16, 0.1, "0.1"), (0, 0.16, "0.2"), (99, 0.1, "0.1"),
    ] as [(Int, Double, String)])
  func otherPrecisions(digits: Int, x: Double, text: String) {
    #expect(NumberFormat(digits: digits).string(x) == text)
  }
}
