import Testing

@testable import Expr

/// What expressions evaluate to. Names at the head of each: s a scalar, u v vectors of 3 and 2, r a
/// row of 3, A 2×2, B 2×3.
@Suite struct ElaboratorTests {
  static let names = "s=2; v=[1, 2]; u=[1, 2, 3]; r=u'; A=[1, 2; 3, 4]; B=[1, 2, 3; 4, 5, 6]; "

  private func expect(_ text: String, _ shape: Shape, _ elements: [Double]) throws {
    let value = try Typed(Self.names + text).value()
    #expect(value.shape == shape)
    let isClose = zip(value.elements, elements).allSatisfy {
      $0 == $1 || abs($0 - $1) <= 1e-15 * abs($1) || $0.isNaN && $1.isNaN
    }
    #expect(isClose && value.elements.count == elements.count, "\(text) is \(value.elements)")
  }

  @Test(
    arguments: [
      ("A*v", .vector(2), [5, 11]), ("A@v", .vector(2), [5, 11]), ("v'*A", .row(2), [7, 10]),
      ("u'*u", .scalar, [14]), ("r*u", .scalar, [14]), ("v*u'", .matrix(2, 3), [1, 2, 3, 2, 4, 6]),
      ("A*B", .matrix(2, 3), [9, 12, 15, 19, 26, 33]), ("B'*v", .vector(3), [9, 12, 15]),
      ("s*u", .vector(3), [2, 4, 6]), ("u*s", .vector(3), [2, 4, 6]), ("s*r", .row(3), [2, 4, 6]),
      ("2A", .matrix(2, 2), [2, 4, 6, 8]), ("u.*u", .vector(3), [1, 4, 9]),
      ("u⊙u", .vector(3), [1, 4, 9]), ("matmul(A, v)", .vector(2), [5, 11]),
      ("dot(u, u)", .scalar, [14]), ("u/s", .vector(3), [0.5, 1, 1.5]),
      ("6/u", .vector(3), [6, 3, 2]),
      ("u ./ u", .vector(3), [1, 1, 1]), ("u.^2", .vector(3), [1, 4, 9]),
      ("2 .^ u", .vector(3), [2, 4, 8]), ("A^1", .matrix(2, 2), [1, 2, 3, 4]),
      ("A^2", .matrix(2, 2), [7, 10, 15, 22]), ("A^5", .matrix(2, 2), [1069, 1558, 2337, 3406]),
      ("A^s", .matrix(2, 2), [7, 10, 15, 22]), ("-s^2", .scalar, [-4]), ("2^-1", .scalar, [0.5]),
      ("2^3^2", .scalar, [512]), ("A*v*2", .vector(2), [10, 22]), ("s*A*v", .vector(2), [10, 22]),
    ] as [(String, Shape, [Double])])
  func products(_ text: String, _ shape: Shape, _ elements: [Double]) throws {
    try expect(text, shape, elements)
  }

  @Test(
    arguments: [
      ("s + B", .matrix(2, 3), [3, 4, 5, 6, 7, 8]), ("B + v", .matrix(2, 3), [2, 3, 4, 6, 7, 8]),
      ("v + B", .matrix(2, 3), [2, 3, 4, 6, 7, 8]), ("B - u'", .matrix(2, 3), [0, 0, 0, 3, 3, 3]),
      ("v + u'", .matrix(2, 3), [2, 3, 4, 3, 4, 5]), ("u' + v", .matrix(2, 3), [2, 3, 4, 3, 4, 5]),
      ("v.*B", .matrix(2, 3), [1, 2, 3, 8, 10, 12]), ("r + 1", .row(3), [2, 3, 4]),
      ("B ./ r", .matrix(2, 3), [1, 1, 1, 4, 2.5, 2]), ("u + u", .vector(3), [2, 4, 6]),
      ("where(B > 3, B, r)", .matrix(2, 3), [1, 2, 3, 4, 5, 6]),
      ("hypot(3*v, 4*v)", .vector(2), [5, 10]),
      ("(1:2) + 2*(1:2)'", .matrix(2, 2), [3, 5, 4, 6]),
      ("max(B, 3)", .matrix(2, 3), [3, 3, 3, 4, 5, 6]),
      ("max(u, [2, 2, 2])", .vector(3), [2, 2, 3]), ("sum((v + r).^2)", .scalar, [79]),
    ] as [(String, Shape, [Double])])
  func broadcasting(_ text: String, _ shape: Shape, _ elements: [Double]) throws {
    try expect(text, shape, elements)
  }

  @Test(
    arguments: [
      ("1:3", .vector(3), [1, 2, 3]), ("3:1", .vector(0), []), ("5:-2:0", .vector(3), [5, 3, 1]),
      ("length(0:0.1:1)", .scalar, [11]), ("1:s", .vector(2), [1, 2]),
      ("(1:3)'", .row(3), [1, 2, 3]),
      ("linspace(0, 1, 5)", .vector(5), [0, 0.25, 0.5, 0.75, 1]),
      ("linspace(3, 4, 1)", .vector(1), [3]),
      ("[1, 2; 3, 4]", .matrix(2, 2), [1, 2, 3, 4]), ("[1; 2; 3]", .vector(3), [1, 2, 3]),
      ("[s, s^2]", .vector(2), [2, 4]), ("[]", .vector(0), []), ("[5]", .vector(1), [5]),
      ("zeros(2)", .vector(2), [0, 0]), ("ones(1, 2)", .matrix(1, 2), [1, 1]),
      ("eye(2)", .matrix(2, 2), [1, 0, 0, 1]), ("size(B)", .vector(2), [2, 3]),
      ("size(B, 2)", .scalar, [3]), ("length(B)", .scalar, [6]),
      ("B'", .matrix(3, 2), [1, 4, 2, 5, 3, 6]),
      ("r'", .vector(3), [1, 2, 3]), ("zeros(length(u))", .vector(3), [0, 0, 0]),
    ] as [(String, Shape, [Double])])
  func arrays(_ text: String, _ shape: Shape, _ elements: [Double]) throws {
    try expect(text, shape, elements)
  }

  @Test(
    arguments: [
      ("u[1]", .scalar, [1]), ("u[end]", .scalar, [3]), ("u[end-1]", .scalar, [2]),
      ("u[2:end]", .vector(2), [2, 3]), ("u[end:-1:1]", .vector(3), [3, 2, 1]),
      ("u[:]", .vector(3), [1, 2, 3]),
      ("u[[3, 1, 3]]", .vector(3), [3, 1, 3]), ("u[3:2]", .vector(0), []), ("u[s]", .scalar, [2]),
      ("B[2,3]", .scalar, [6]), ("B[1,:]", .vector(3), [1, 2, 3]), ("B[:,2]", .vector(2), [2, 5]),
      ("B[:,2:end]", .matrix(2, 2), [2, 3, 5, 6]), ("B[end,end]", .scalar, [6]),
      ("B[2:-1:1,[1, 3]]", .matrix(2, 2), [4, 6, 1, 3]), ("B[1:1,:]", .matrix(1, 3), [1, 2, 3]),
      ("r[2]", .scalar, [2]), ("r[2:3]", .row(2), [2, 3]), ("u[u[2]]", .scalar, [2]),
      ("u[length(u[1:2])]", .scalar, [2]), ("u[B[1,end]]", .scalar, [3]),
    ] as [(String, Shape, [Double])])
  func indices(_ text: String, _ shape: Shape, _ elements: [Double]) throws {
    try expect(text, shape, elements)
  }

  @Test(
    arguments: [
      ("sum(B)", .scalar, [21]), ("sum(B, dim=1)", .row(3), [5, 7, 9]),
      ("sum(B, dim=2)", .vector(2), [6, 15]),
      ("mean(B, dim=1)", .row(3), [2.5, 3.5, 4.5]), ("max(B, dim=2)", .vector(2), [3, 6]),
      ("min(B, dim=1)", .row(3), [1, 2, 3]), ("prod(B, dim=2)", .vector(2), [6, 120]),
      ("norm(B, dim=2)", .vector(2), [3.7416573867739413, 8.774964387392123]),
      ("sum(u, dim=1)", .scalar, [6]), ("sum(r, dim=2)", .scalar, [6]),
      ("sum(r, dim=1)", .row(3), [1, 2, 3]),
      ("var(B, dim=1)", .row(3), [4.5, 4.5, 4.5]), ("std(u)", .scalar, [1]),
      ("var(u)", .scalar, [1]),
      ("softmax([0, 0; 1, 1], dim=2)", .matrix(2, 2), [0.5, 0.5, 0.5, 0.5]),
      ("sum(softmax(r, dim=2))", .scalar, [1]),
      ("logsoftmax([0, 0])", .vector(2), [-0.6931471805599453, -0.6931471805599453]),
      ("max(1, 2, 3)", .scalar, [3]), ("min(s, 5)", .scalar, [2]), ("max(u)", .scalar, [3]),
      ("logsumexp(0, 0, 0, 0)", .scalar, [1.3862943611198906]),
      ("logsumexp([1000, 1000])", .scalar, [1000.6931471805599]),
      ("norm(u, 1)", .scalar, [6]), ("norm([3, -4], 2)", .scalar, [5]),
      ("norm([3, -4], inf)", .scalar, [4]),
      ("norm([3, 4])", .scalar, [5]), ("norm([1, 1; 1, 1])", .scalar, [2]),
      ("prod(u)", .scalar, [6]),
      ("mse(u, [1, 1, 1])", .scalar, [1.6666666666666667]),
      ("logistic([0, 0], [1, -1])", .scalar, [1.3862943611198906]),
      ("crossentropy([0, 0], [0, 1])", .scalar, [0.6931471805599453]),
      ("max([])", .scalar, [-.infinity]),
    ] as [(String, Shape, [Double])])
  func reductions(_ text: String, _ shape: Shape, _ elements: [Double]) throws {
    try expect(text, shape, elements)
  }

  @Test(
    arguments: [
      ("if s > 1 then 5 else 6", .scalar, [5]),
      ("if s < 1 then 5 else if s == 2 then 7 else 8", .scalar, [7]),
      ("if 1 < 2 then u else A", .vector(3), [1, 2, 3]),
      ("where(u > 1, u, 0)", .vector(3), [0, 2, 3]),
      ("1 < 2 < 3", .scalar, [1]), ("3 > 2 > 2", .scalar, [0]), ("1 <= 1 >= 1", .scalar, [1]),
      ("s == 2", .scalar, [1]), ("s != 2", .scalar, [0]), ("not s < 1 and s > 1", .scalar, [1]),
      ("s > 5 or s > 1", .scalar, [1]), ("nan == nan", .scalar, [0]),
      ("u > 1", .vector(3), [0, 1, 1]),
      ("sum(u > 1)", .scalar, [2]), ("(s > 1)*3", .scalar, [3]),
    ] as [(String, Shape, [Double])])
  func conditions(_ text: String, _ shape: Shape, _ elements: [Double]) throws {
    try expect(text, shape, elements)
  }

  @Test(arguments: ["1 < 2", "u > 1", "not s > 1", "s == 1 or s == 2"])
  func comparisonsAreBooleans(_ text: String) throws {
    #expect(try Typed(Self.names + text).value().isBoolean)
    #expect(try !Typed(Self.names + "1*(\(text))").value().isBoolean)
  }

  /// θ1, θ_1 and θ₁ are one name, and so is \theta1.
  @Test(arguments: ["θ1", "θ_1", "θ₁", "\\theta1", "\\theta_1"])
  func spellingsOfOneName(_ spelling: String) throws {
    let typed = try Typed("θ_1 = 3; \(spelling)*θ1")
    #expect(try typed.value() == Tensor(9))
    #expect(typed.graph.leaves(under: [typed.root]).map(\.leaf.name.spelling) == ["θ_1"])
  }

  @Test func userNamesHideConstants() throws {
    #expect(try Typed("e = 2; e^2").value() == Tensor(4))
    #expect(try Typed("log(e) + π - pi").value() == Tensor(1))
  }

  /// Definitions in any order, each one node; data carries no derivative.
  @Test func definitionsAreElaboratedInTheOrderOfNeed() throws {
    let typed = try Typed("x=2; c=b+a; a=x^2; b=a*x; c")
    #expect(try typed.value() == Tensor(12))
    #expect(typed.elaborator.definitions.map(\.name.spelling) == ["a", "b", "c"])
  }

  /// A leaf that decides a size is remembered, one that is only computed with is not.
  @Test func staticUses() throws {
    let typed = try Typed("n=3; x=2; sum((1:n)*x)")
    let leaves = typed.graph.leaves(under: [typed.root]).map(\.leaf.name.spelling)
    #expect(typed.elaborator.staticUses.map(\.order) == [0])
    #expect(leaves == ["x"])
  }

  @Test(.timeLimit(.minutes(5)))
  func definitionsMayRestOnManyOthers() throws {
    var text = "x0 = 1; "
    for index in 1...10_000 { text += "y\(index) = \(index == 1 ? "x0" : "y\(index - 1)") + x0; " }
    #expect(try Typed(text + "y10000").value() == Tensor(10_001))
  }
}
