import Foundation
import Testing

@testable import DiffREPL

@Suite struct JSONTextTests {
  @Test(
    arguments: [
      (0, "0"), (-0.0, "-0.0"), (4, "4"), (-3, "-3"), (0.1, "0.1"), (1e-5, "1e-05"),
      (1e20, "1e+20"),
      (0.16022415043808716, "0.16022415043808716"), (Double.leastNonzeroMagnitude, "5e-324"),
      (1.7976931348623157e308, "1.7976931348623157e+308"), (1 / 3, "0.3333333333333333"),
    ] as [(Double, String)])
  func numbersReadBack(x: Double, text: String) throws {
    #expect(JSONValue.number(x).text == text)
    #expect(Double(text)?.bitPattern == x.bitPattern)
    let parsed = try JSONDecoder().decode([Double].self, from: Data("[\(text)]".utf8))
    #expect(parsed == [x])
  }

  @Test func numbersOutsideJSON() {
    let numbers: [JSONValue] = [.number(.infinity), .number(-.infinity), .number(.nan)]
    #expect(JSONValue.array(numbers).text == #"["inf","-inf","nan"]"#)
  }

  @Test(
    arguments: [
      ("∂f/∂w0 λ_1 🙂", #""∂f/∂w0 λ_1 🙂""#), ("a\"b\\c/", #""a\"b\\c/""#),
      ("\n\r\t\u{8}\u{C}", #""\n\r\t\b\f""#), ("\r\n", #""\r\n""#),
      ("\0\u{1B}[0m", #""\u0000\u001b[0m""#),
      ("\u{7F}\u{9B}", #""\u007f\u009b""#), ("", #""""#),
    ] as [(String, String)])
  func stringsReadBack(string: String, text: String) throws {
    #expect(JSONValue.string(string).text == text)
    let parsed = try JSONDecoder().decode([String].self, from: Data("[\(text)]".utf8))
    #expect(parsed == [string])
  }

  @Test func objectsKeepTheirOrder() {
    let value = JSONValue.object([
      (key: "statement", value: .string("f")), (key: "value", value: .number(0.5)),
      (key: "a\"", value: .array([.integer(1), .bool(true), .null, .array([]), .object([])])),
    ])
    #expect(value.text == #"{"statement":"f","value":0.5,"a\"":[1,true,null,[],{}]}"#)
  }
}
