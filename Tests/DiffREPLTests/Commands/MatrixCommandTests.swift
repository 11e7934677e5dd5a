import Foundation
import Testing

@testable import DiffREPL

/// `:jac`, `:hess`, `:jvp`, `:vjp` and `:hvp` against the numbers of the lectures (mpmath, 40 digits).
@Suite struct MatrixCommandTests {
  private static let classification = """
    data X=[1,2; .5,-1; -1.5,1]
    data y=[1,-1,1]
    w=[.3,-.2]
    f=sum(log(1+exp(-y.*(X*w))))
    F=tanh(X*w)

    """
  private static let network = """
    w0=.5
    w1=-1
    E=(1-w1*tanh(3.5*w0))^2

    """
  private static let graph = """
    θ1=1
    θ2=2
    l=θ2*exp(θ1)*sqrt(θ1+θ2*exp(θ1))

    """

  struct Case: Sendable, CustomTestStringConvertible {
    let setting: String
    let command: String
    /// Where the numbers stand in the object, and the numbers, row by row.
    let path: [String]
    let numbers: [Double]
    var testDescription: String { command + " " + path.joined(separator: ".") }
  }

  static let cases: [Case] = [
    Case(
      setting: classification, command: ":hess f", path: ["value"], numbers: [2.697834151195063]),
    Case(
      setting: classification, command: ":hess f", path: ["grad", "w"],
      numbers: [0.7538452959899732, -2.293586416548709]),
    Case(
      setting: classification, command: ":hess f", path: ["hess"],
      numbers: [0.8170327468233881, 0.03948181095795312, 0.03948181095795312, 1.465349270405122]),
    Case(
      setting: network, command: ":hess E at w0=.2, w1=.7", path: ["hess"],
      numbers: [12.42817647308349, -0.683738810426819, -0.683738810426819, 0.7305208200350828]),
    Case(
      setting: network, command: ":hess E at w0=.2, w1=.7", path: ["grad", "w0"],
      numbers: [-1.79442057910641]),
    Case(
      setting: network, command: ":hess E", path: ["hess"],
      numbers: [-9.874589201202625, -2.296643586525681, -2.296643586525681, 1.772375808962116]),
    Case(
      setting: classification, command: ":vjp F with [1,2,-1]", path: ["vjp", "w"],
      numbers: [2.886707958834237, -0.4667638545262338]),
    Case(
      setting: classification, command: ":grad dot([1,2,-1], F)", path: ["grad", "w"],
      numbers: [2.886707958834237, -0.4667638545262338]),
    Case(
      setting: classification, command: ":jac F", path: ["jac", "w"],
      numbers: [
        0.9900662908474398, 1.98013258169488, 0.4434257465862181, -0.8868514931724362,
        -1.009790174814361, 0.6731934498762409,
      ]),
    Case(
      setting: classification, command: ":jvp F along [1,-1]", path: ["jvp"],
      numbers: [-0.9900662908474398, 1.330277239758654, -1.682983624690602]),
    Case(
      setting: "data X=sin((1:10)+2*(1:4)')\nw=cos(1:4)/10\nF=tanh(X*w)\n",
      command: ":vjp F with cos(1:10)", path: ["vjp", "w"],
      numbers: [4.393849198778646, -3.988511578941745, -1.074236246562136, 4.882591610363963]),
    Case(
      setting: graph, command: ":grad l at θ1=.5, θ2=1.5", path: ["grad", "θ1"],
      numbers: [6.754935303174306]),
    Case(
      setting: graph, command: ":hess l", path: ["hess"],
      numbers: [29.9622947722162, 14.71328763793009, 14.71328763793009, 2.297477065094165]),
    Case(
      setting: graph, command: ":hvp l along [1,-1]", path: ["hvp", "θ1"],
      numbers: [15.24900713428611]),
    Case(
      setting: graph, command: ":hvp l along θ1=1, θ2=-1", path: ["hvp", "θ2"],
      numbers: [12.41581057283593]),
  ]

  @Test(arguments: cases)
  func numbersOfTheLectures(_ item: Case) throws {
    let object = try Self.lastObject(item.setting + item.command)
    var found: Any? = object
    for key in item.path { found = (found as? [String: Any])?[key] }
    let numbers = Self.flat(found)
    try #require(numbers.count == item.numbers.count)
    for (got, wanted) in zip(numbers, item.numbers) {
      #expect(abs(got - wanted) <= 1e-12 * abs(wanted))
    }
    let command = try #require(object["command"] as? String)
    #expect(item.command.hasPrefix(":\(command) "))
  }

  @Test func objectsHaveTheirKeysInOrder() throws {
    let replay = Replay("x=2\ny=[1,3]\nf=x^3*sum(y)\n:hess f\n:jac y*x\n:jvp f along x=1\n")
    let lines = replay.json.split(separator: "\n").suffix(3).map(String.init)
    #expect(
      lines[0].hasPrefix(
        #"{"command":"hess","of":"f","value":32,"grad":{"x":48,"y":[8,8]},"#
          + #""variables":["x","y[1]","y[2]"],"hess":[[48,12,12],[12,0,0],[12,0,0]],"#))
    #expect(
      lines[1]
        == #"{"command":"jac","of":"y*x","value":[2,6],"jac":{"x":[[1],[3]],"#
        + #""y":[[2,0],[0,2]]},"mode":"reverse","sweeps":2}"#)
    #expect(lines[2] == #"{"command":"jvp","of":"f","value":32,"jvp":48}"#)
  }

  @Test func theHessianIsLabelled() {
    let replay = Replay("x=2\ny=[1,3]\nf=x^2*sum(y)+dot(y,y)\n:hess f at x=1\n")
    #expect(replay.errorText == "")
    #expect(
      replay.text.hasSuffix(
        """
        f = 14
        ∂f/∂x = 8
        ∂f/∂y = [3, 7]
          ∂²f     x    y[1]    y[2]
          x      8    2       2
          y[1]   2    2       0
          y[2]   2    0       2
        eigenvalues = [0.876894, 2, 9.12311]
        positive definite

        """))
  }

  /// As `:grad`, with the kinks of all entries in one line; none where no slope passes through one.
  @Test(
    arguments: [
      (
        "x=0\n:hess abs(x)",
        "abs(x) (slopes -1 to 1); ∂f/∂x is -1 from the left and 1 from the right"
      ),
      ("x=0\n:jac [relu(x), x^2]", "relu(x) (slopes 0 to 1)"),
      ("x=0\n:jac [relu(x), relu(-x)]", "relu(x) (slopes 0 to 1) and relu(-x) (slopes 0 to 1)"),
      ("y=[0, 2]\n:jac abs(y)", "abs(y) (slopes -1 to 1)"), ("x=1\n:hess abs(x)", nil),
      ("x=0\n:hess x^2", nil), ("x=0\n:grad relu(x)^2", nil), ("y=[1, 2]\n:jac abs(y)", nil),
    ] as [(String, String?)])
  func kinksAreWarnedOf(_ program: String, _ kink: String?) {
    let replay = Replay(program + "\n")
    #expect(replay.errorText == "")
    let warnings = replay.text.split(separator: "\n").filter { $0.hasPrefix("warning:") }
    #expect(
      warnings == (kink.map { ["warning: the gradient passes through a kink of \($0)"] } ?? []))
  }

  /// Where the gradient is smooth and has a kink itself.
  @Test(
    arguments: [
      ("x=0\n:hess abs(x)*x", "abs(x) (slopes -1 to 1)"),
      ("x=0\n:hess abs(x)^3", nil), ("x=1\n:hess abs(x)*x", nil), ("x=0\n:hess x^3", nil),
      ("y=[0, 1]\n:hess sum(abs(y).*y)", "abs(y) (slopes -1 to 1)"),
    ] as [(String, String?)])
  func kinksOfTheGradientAreWarnedOf(_ program: String, _ kink: String?) {
    let replay = Replay(program + "\n")
    #expect(replay.errorText == "")
    let warnings = replay.text.split(separator: "\n").filter { $0.hasPrefix("warning:") }
    let wanted = kink.map {
      "warning: the Hessian passes through a kink of \($0): it may differ from side to side"
    }
    #expect(warnings.map { String($0) } == [wanted].compactMap(\.self))
  }

  @Test func theJacobianSaysHowItLies() {
    let replay = Replay("x=[1,2]\nF=[x[1]*x[2], x[1], 3]\n:jac F\n")
    #expect(
      replay.text.hasSuffix(
        """
        ∂F/∂x =
          2  1
          1  0
          0  0
        rows: entries of F, columns: entries of the variable; forward mode, 2 sweeps

        """))
  }

  @Test(arguments: [
    (":jvp F", ":jvp needs a vector behind 'along'", ":jvp F along [1, 1]"),
    (":vjp F", ":vjp needs a vector behind 'with'", ":vjp F with [1, 1, 1]"),
    (":jvp F along [1]", "this has 1 entries, the variables 2", nil),
    (":vjp F with [1,2]", "this has 2 entries, 'F' 3", nil),
    (":hvp F along [1,2]", "'F' is a vector of 3: a gradient needs one number", "sum(F)"),
    (":hess F", "'F' is a vector of 3: a gradient needs one number", "sum(F)"),
    (":jvp F along q=1", "'q' is not among the variables", nil),
    (":jac 3", "'3' depends on no variable: it is constant", nil),
  ])
  func mistakesAreExplained(command: String, message: String, hint: String?) {
    let replay = Replay("w=[.3,-.2]\nF=[w[1], w[2], 1]\n\(command)\n")
    #expect(replay.errors.first?.message == message)
    if let hint { #expect(replay.errors.first?.hint?.hasPrefix(hint) == true) }
  }

  /// At a tie both variables count, also when only one of them moves.
  @Test func directionsThatStayMayStillVary() throws {
    let object = try Self.lastObject("x=1\ny=1\nf=max(x,y)\n:jvp f along x=1\n")
    #expect(object["jvp"] as? Double == 0.5)
  }

  private static func lastObject(_ script: String) throws -> [String: Any] {
    let replay = Replay(script + "\n")
    #expect(replay.errorText == "")
    let line = try #require(replay.json.split(separator: "\n").last)
    let parsed = try JSONSerialization.jsonObject(with: Data(line.utf8))
    return try #require(parsed as? [String: Any])
  }

  private static func flat(_ value: Any?) -> [Double] {
    if let list = value as? [Any] { return list.flatMap { flat($0) } }
    return (value as? NSNumber).map { [$0.doubleValue] } ?? []
  }
}
