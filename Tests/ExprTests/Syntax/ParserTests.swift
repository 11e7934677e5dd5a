import Testing

@testable import Expr

struct ParserTests {
  @Test(arguments: expressions)
  func expression(_ source: String, _ tree: String) throws { try expect(source, tree) }

  @Test(arguments: statements)
  func statement(_ source: String, _ tree: String) throws { try expect(source, tree) }

  @Test(arguments: [
    (":minimize E over x, y step=2", "x, y", "x y"), (":jac f'(x), [1, 2] at", "f'(x), [1, 2]", ""),
    (":grad f", "f", "f"), (":plot f over x=-3:3", "-3:3", "(range (- 3) 3)"), (":x  ", "  ", ""),
    (":grad x -> x^2, y", "x -> x^2, y", "(-> (x) (^ x 2)) y"),
  ])
  func partOfASource(_ line: String, _ part: String, _ trees: String) throws {
    let source = SourceText(line)
    let lower = Array(line).count - Array(line.drop { $0 != part.first }).count
    let range = lower..<(lower + part.utf8.count)
    let tree = try Parser.parseExpressions(in: source, range: range)
    #expect(trees.isEmpty || TreeDumper.dump(tree) == trees)
    for statement in tree.statements {
      #expect(range.contains(tree.range(of: statement.node).lowerBound))
    }
  }

  @Test(arguments: [
    ("a b", "an operator is missing between 'a' and 'b'"),
    ("a,", "an expression is missing after ','"),
    ("(a", "'(' is never closed"), ("a; b", "';' can not stand here"),
    ("a = 2", "'=' can not stand here"),
    (":a", "an expression is missing before ':'"), ("}", "'}' closes nothing"),
  ])
  func partThatIsRefused(_ part: String, _ message: String) {
    let source = SourceText(part)
    #expect {
      try Parser.parseExpressions(in: source, range: 0..<source.utf8.count)
    } throws: { ($0 as? Diagnostic)?.message == message }
  }

  @Test func nodesKnowTheirPlace() throws {
    guard case .complete(let tree) = try Parser.parse(SourceText("f = (a + b)*2x")) else { return }
    let texts = tree.nodes.indices.map { tree.text(of: SyntaxID(rawValue: Int32($0))) }
    #expect(
      texts == ["f", "a", "b", "a + b", "2", "(a + b)*2", "x", "(a + b)*2x", "f = (a + b)*2x"])
  }

  private func expect(_ source: String, _ tree: String) throws {
    switch try Parser.parse(SourceText(source)) {
    case .complete(let parsed): #expect(TreeDumper.dump(parsed) == tree)
    case .incomplete(let diagnostic): Issue.record("incomplete: \(diagnostic.message)")
    }
  }

  static let expressions: [(String, String)] = [
    (
      "3.5w0 + 2 x + 2(x+1)^2 - 2exp(x)",
      "(- (+ (+ (* 3.5 w0) (* 2 x)) (* 2 (^ (+ x 1) 2))) (* 2 (exp x)))"
    ),
    ("-x^2", "(- (^ x 2))"),
    ("2^-1", "(^ 2 (- 1))"),
    ("2^3^2", "(^ 2 (^ 3 2))"),
    ("a*2x", "(* (* a 2) x)"),
    ("1/2*x", "(* (/ 1 2) x)"),
    ("[1, 2; 3, 4]", "[1 2; 3 4]"),
    ("[1, 2,\n3]", "[1 2 3]"),
    ("[i^2 for i in 1:n]", "(each (^ i 2) (for i (range 1 n)))"),
    ("[f(i,j) for i in 1:m, j in 1:n]", "(each (f i j) (for i (range 1 m), j (range 1 n)))"),
    (
      "[f(i,j) for i in 1:m for j in 1:n if i != j]",
      "(each (f i j) (for i (range 1 m)) (for j (range 1 n)) (if (i != j)))"
    ),
    (
      "sum(x[i]^2 for i in 1:n if i != 3)",
      "(sum (each (^ (at x i) 2) (for i (range 1 n)) (if (i != 3))))"
    ),
    ("sum(x for x in xs, dim=1)", "(sum (each x (for x xs)) dim=1)"),
    ("sum(A, dim=1)", "(sum A dim=1)"),
    (
      "x[2:end] + A[:,1] + A[end, :] + x[:]",
      "(+ (+ (+ (at x (range 2 end)) (at A : 1)) (at A end :)) (at x :))"
    ),
    ("f'(x) + f''(x) + x''", "(+ (+ ((' f) x) ((' (' f)) x)) (' (' x)))"),
    ("2'", "(' 2)"),
    ("2.*x + 2./x - 2.^x + 3. + .5", "(+ (+ (- (+ (.* 2 x) (./ 2 x)) (.^ 2 x)) 3) 0.5)"),
    ("1_000 + 1e-3 + 1E5 + 2e1x", "(+ (+ (+ 1000 0.001) 100000) (* 20 x))"),
    ("x -> y -> x + y", "(-> (x) (-> (y) (+ x y)))"),
    ("((A, b)) -> A", "(-> ((tuple A b)) A)"),
    ("(h, x) -> tanh(W*h)", "(-> (h x) (tanh (* W h)))"),
    ("() -> 3", "(-> () 3)"),
    (
      "fold((h, x) -> tanh(W*h + U*x), h0, xs)",
      "(fold (-> (h x) (tanh (+ (* W h) (* U x)))) h0 xs)"
    ),
    ("if a < b <= c then 1 else if d then 2 else 3", "(if (a < b <= c) 1 (if d 2 3))"),
    ("not a == b and not c or d", "(or (and (not (a == b)) (not c)) d)"),
    ("a:b:c + 1", "(range a b (+ c 1))"),
    ("x[2] := 5", "(:= ((at x 2)) (5))"),
    ("x² + x⁻¹ − 2×y·z ⊙ w ≤ 3", "((- (+ (^ x 2) (^ x (- 1))) (.* (* (* 2 y) z) w)) <= 3)"),
    ("√(x) + ∇(E, w)", "(+ (sqrt x) (∇ E w))"),
    ("x′ + x’ + x″", "(+ (+ (' x) (' x)) (' (' x)))"),
    ("d.x + d.y'", "(+ (. d x) (' (. d y)))"),
    ("", ""),
    ("a -b", "(- a b)"),
    ("[1; 2; 3]", "[1; 2; 3]"),
    ("(x)(2)", "(x 2)"),
    ("A^2'", "(^ A (' 2))"),
    ("x ^ 2", "(^ x 2)"),
    ("1e400", "inf"),
    ("-2^2", "(- (^ 2 2))"),
    ("a <= b == c", "(a <= b == c)"),
    ("map(x -> x^2, xs)", "(map (-> (x) (^ x 2)) xs)"),
    ("[x -> x + i for i in 1:2]", "(each (-> (x) (+ x i)) (for i (range 1 2)))"),
    ("x @ y ** 2", "(* x (^ y 2))"),
    (" x .* y ./ z .^ 2", "(./ (.* x y) (.^ z 2))"),
    ("2π", "(* 2 π)"),
    ("(x -> x^2)(3)", "((-> (x) (^ x 2)) 3)"),
    ("A[1,:]", "(at A 1 :)"),
    ("A[i, end-1]", "(at A i (- end 1))"),
    ("x[[1, end]]", "(at x [1 end])"),
    ("1:n", "(range 1 n)"),
    ("2x(3)", "(* 2 (x 3))"),
    ("x.y.z", "(. (. x y) z)"),
    ("a ≈ b", "(a ≈ b)"),
    ("5 abs(x)", "(* 5 (abs x))"),
    ("sum(x, dim=1,)", "(sum x dim=1)"),
    ("[]", "[]"),
    ("[1, 2;\n 3, 4;\n]", "[1 2; 3 4]"),
    ("quit", "quit"),
  ]

  static let statements: [(String, String)] = [
    ("w0 = 0.5", "(= w0 0.5)"),
    ("f = log(1 + exp(-3.5*w0))", "(= f (log (+ 1 (exp (* (- 3.5) w0)))))"),
    ("t[1]; (a,); (); (a, b)", "(at t 1); (tuple a); (tuple); (tuple a b)"),
    ("(A, b) = t", "(= (tuple A b) t)"),
    (
      "for (A, b) in layers { x = tanh(A*x + b) }",
      "(loop (for (tuple A b) layers) {(= x (tanh (+ (* A x) b)))})"
    ),
    ("f(x, y) = x^2 + y", "(def f (x y) (+ (^ x 2) y))"),
    (
      "f(x) = { h = tanh(A*x); s = 0; for i in 1:3 { s = s + h[i] }; s }",
      "(def f (x) {(= h (tanh (* A x))); (= s 0); (loop (for i (range 1 3)) {(= s (+ s (at h i)))}); s})"
    ),
    (
      "f(x) = {\n h = 1 +\n 2\n if h > 0 { x } else if h < 2 { 1 } else { 3 }\n}",
      "(def f (x) {(= h (+ 1 2)) (if (h > 0) {x} (if (h < 2) {1} {3}))})"
    ),
    (#"data X = read("a.csv")"#, #"(data X (read "a.csv"))"#),
    ("data = 3", "(= data 3)"),
    ("data := 3", "(:= (data) (3))"),
    ("data + 1", "(+ data 1)"),
    (
      "repeat 100 { w := w - 0.1*grad(E, w); :show f }",
      "(repeat 100 {(:= (w) ((- w (* 0.1 (grad E w))))); (:show <f>)})"
    ),
    (
      #"repeat 3 {\#n :grad f # c\#n print("a", b)\#n}"#, #"(repeat 3 {(:grad <f>) (print "a" b)})"#
    ),
    ("while norm(d) > 1e-6 { d := d/2 }", "(while ((norm d) > 1e-06) {(:= (d) ((/ d 2)))})"),
    (
      "for i in 1:3, j in 1:2 { print(i) }", "(loop (for i (range 1 3), j (range 1 2)) {(print i)})"
    ),
    ("assert a ≈ b within 1e-9 abs", "(assert (a ≈ b) 1e-09 abs)"),
    ("assert a ~= 2 within 1e-12", "(assert (a ≈ 2) 1e-12)"),
    ("assert a < b", "(assert (a < b))"),
    ("assert abs(x) < 2abs(y)", "(assert ((abs x) < (* 2 (abs y))))"),
    ("assert -x < 2", "(assert ((- x) < 2))"),
    (":grad f at x=1; # comment", "(:grad <f at x=1>);"),
    (#":load "a#b.csv" # x"#, #"(:load <"a#b.csv">)"#),
    (":save! f", "(:save! <f>)"),
    (":expect-error 1 + ; ", "(expect (malformed an expression is missing after '+'));"),
    (":expect-error [1,2] + [1,2,3]", "(expect (+ [1 2] [1 2 3]))"),
    (":expect-error x y", "(expect (malformed an operator is missing between 'x' and 'y'))"),
    (":expect-error (1", "(expect (malformed '(' is never closed))"),
    (":expect-error :grad f", "(expect (:grad <f>))"),
    ("a, b := b, a", "(:= (a b) (b a))"),
    ("a, b = grad(f)(x, y)", "(= a b ((grad f) x y))"),
    ("θ[1][2] := 5", "(:= ((at (at θ 1) 2)) (5))"),
    (#"\theta_1 = θ₁ + θ1"#, "(= θ1 (+ θ1 θ1))"),
    ("a = 1; b = 2;", "(= a 1); (= b 2);"),
    ("# nothing", ""),
    (";;", ""),
    ("f(x) = { if x > 0 { y = 1 }; y }", "(def f (x) {(if (x > 0) {(= y 1)}); y})"),
    ("(1 +\n 2)\n3", "(+ 1 2) 3"),
    ("x = 3; :grad x", "(= x 3); (:grad <x>)"),
    ("g = x -> { y = x; y }", "(= g (-> (x) {(= y x); y}))"),
    ("print = 3; print", "(= print 3); print"),
    ("w := w - 0.1*g", "(:= (w) ((- w (* 0.1 g))))"),
    ("1 + 2\n:grad f", "(+ 1 2) (:grad <f>)"),
    ("f(\n)", "(f)"),
    ("# c\nx = 1 # d", "(= x 1)"),
    (":?", "(:? <>)"),
    (":set digits 17", "(:set <digits 17>)"),
    (":claim a==b", "(:claim <a==b>)"),
    (
      ":expect-error let x = 2;",
      "(expect (malformed an operator is missing between 'let' and 'x'));"
    ),
    ("y = 1;\n\n:grad y;", "(= y 1); (:grad <y>);"),
    ("f() = 3", "(def f () 3)"),
    ("f((a, b)) = a", "(def f ((tuple a b)) a)"),
    ("while not done { done := 1 > 0 }", "(while (not done) {(:= (done) ((1 > 0)))})"),
    ("x = if c { 1 } else { 2 }", "(= x (if c {1} {2}))"),
    ("x -> {\n y = x\n y }", "(-> (x) {(= y x) y})"),
    ("a = 1 + # c\n\n 2", "(= a (+ 1 2))"),
    ("x = y ==\n 2", "(= x (y == 2))"),
    ("a @\n b", "(* a b)"),
    ("if c then 1 else\n 2", "(if c 1 2)"),
    ("(a, b) := t", "(:= ((tuple a b)) (t))"),
    ("repeat (n+1) { }", "(repeat (+ n 1) {})"),
    ("while (x > 1) { }", "(while (x > 1) {})"),
    (
      "for i in 1:3 { repeat 2 { :show f } }",
      "(loop (for i (range 1 3)) {(repeat 2 {(:show <f>)})})"
    ),
  ]
}
