import Testing

@testable import DiffREPL

/// argmin, fixedpoint, root and cg: solutions, and their derivatives by the implicit function theorem
/// against closed forms.
@Suite struct SolverTests {
  private static let cases = [
    // x = √p: x' = 1/(2√p), x'' = -1/(4p^1.5), x''' = 3/(8p^2.5)
    SlideRow(
      "square root by root",
      "s(p)=root(x->x^2-p, 1)\n[s(4), s'(4), s''(4), s'''(4)]",
      [("value", [2, 0.25, -0.03125, 0.01171875])]),
    SlideRow(
      "system of two equations",
      "s(c)=root(z->[z[1]^2+z[2]^2-c[1], z[1]-z[2]-c[2]], [1,0])\njac(s)([1,0])",
      [("value", [0.3535533905932738, 0.5, 0.3535533905932738, -0.5])]),
    // Kepler: E = M + e sin E
    SlideRow(
      "fixed point of Kepler's equation",
      """
      M=1
      ecc=.3
      K=fixedpoint(z->M+ecc*sin(z), M)
      [grad(K,M) - 1/(1-ecc*cos(K)), grad(K,ecc) - sin(K)/(1-ecc*cos(K)), K-M-ecc*sin(K)]
      """, [("value", [0, 0, 0])], tolerance: 1e-12),
    SlideRow(
      "ridge regression by argmin",
      """
      data X=[1,0;1,1;1,2]
      data y=[1,2,2]
      r(m)=argmin(w->sum((X*w-y).^2)+m*dot(w,w), [0,0])
      M=X'*X+.5*eye(2)
      [norm(r(.5)-solve(M,X'*y)) < 1e-14, norm(jac(r)(.5)[:,1]+solve(M,r(.5))) < 1e-14]
      """, [("value", [1, 1])]),
    SlideRow(
      "conjugate gradients and their derivative",
      """
      A=[4,1;1,3]
      b=[1,2]
      s=sum(cg(v->A*v, b).^2)
      t=sum(solve(A,b).^2)
      [norm(grad(s,A)-grad(t,A)) < 1e-14, norm(grad(s,b)-grad(t,b)) < 1e-14]
      """, [("value", [1, 1])]),
    SlideRow(
      "a captured value that depends on another",
      "s(p)=root(x->x*exp(p)-p^2, 1)\n[s(2), s'(2)]",
      [("value", [0.5413411329464508, 0])]),
  ]

  @Test(arguments: cases)
  func solvesAndDifferentiates(_ row: SlideRow) throws {
    let replay = Replay(row.script)
    #expect(replay.errorText == "")
    let numbers = replay.json.split(separator: "\n").last { $0.contains("statement") } ?? ""
    for (_, wanted) in row.numbers {
      let got = Self.numbers(in: String(numbers))
      #expect(got.count == wanted.count)
      #expect(zip(got, wanted).allSatisfy { abs($0 - $1) <= 1e-12 }, "\(got)")
    }
  }

  /// The entries of the value, booleans as 0 and 1.
  private static func numbers(in object: String) -> [Double] {
    guard let start = object.range(of: "\"value\":") else { return [] }
    return object[start.upperBound...].split { "[],{}".contains($0) }.compactMap {
      $0 == "true" ? 1 : $0 == "false" ? 0 : Double($0)
    }
  }

  @Test func tellsHowManyProductsItUsed() {
    let replay = Replay("A=[4,1;1,3];\ncg(v->A*v,[1,2])")
    #expect(replay.text.hasSuffix("note: cg used 2 products\n"))
  }

  @Test(arguments: [
    ("root(x->x^2+1, 1)", "root did not converge: the residual is"),
    ("fixedpoint(x->x+1, 0)", "fixedpoint did not converge: the residual is 1"),
    ("argmin(x->x, 0)", "argmin did not converge"),
    ("argmin(x->-x^2, 1)", "argmin did not converge"),
    ("argmin(x->-x^2, 0)", "argmin stopped where the slope is zero, but that is no minimum"),
    ("cg(v->-v, [1,2])", "cg: the system is not positive definite"),
    ("root(x->[x,x], 1)", "the function gives a vector of 2 for a scalar"),
    ("argmin(x->[x,x], 1)", "argmin takes a function whose value is one number"),
  ])
  func failuresSaySo(_ statement: String, _ message: String) {
    let replay = Replay(statement)
    #expect(replay.errors.first?.message.hasPrefix(message) == true, "\(replay.errorText)")
    #expect(replay.errors.first?.span != nil)
  }
}
