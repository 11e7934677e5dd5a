import Foundation
import Testing

/// What is said of wrong functions, blocks, tuples, loops and derivatives, with the caret.
@Suite struct ProgramDiagnosticsTests {
  private func expect(_ script: String, _ rendered: String) {
    #expect(Replay(script).errorText == rendered)
  }

  static let functions: [(String, String)] = [
    (
      """
      f(x, y) = x*y
      f(1)
      """,
      """
      error: f(x, y) takes 2 arguments, not 1
        f(1)
        ^~~~
      """
    ),
    (
      """
      f(x, y) = x*y
      f(1, 2, 3)
      """,
      """
      error: f(x, y) takes 2 arguments, not 3
        f(1, 2, 3)
        ^~~~~~~~~~
      """
    ),
    (
      """
      f(x, y) = x*y
      f'(1)
      """,
      """
      error: f(x, y) takes 2 arguments, not 1
        f'(1)
        ^~~~~
      """
    ),
    (
      "(x -> x)(1, 2)",
      """
      error: (x) -> x takes 1 argument, not 2
        (x -> x)(1, 2)
        ^~~~~~~~~~~~~~
      """
    ),
    (
      "sin(1, 2)",
      """
      error: sin takes one argument, not 2
        sin(1, 2)
        ^~~~~~~~~
      """
    ),
    (
      """
      v = [1, 2, 3]
      map((a, b) -> a + b, v)
      """,
      """
      error: (a, b) -> a + b takes 2 arguments, not 1
        map((a, b) -> a + b, v)
        ^~~~~~~~~~~~~~~~~~~~~~~
      """
    ),
    (
      """
      v = [1, 2, 3]
      map(v, v)
      """,
      """
      error: a function is needed here
        map(v, v)
            ^
        hint: x -> x^2 is one
      """
    ),
    (
      """
      v = [1, 2, 3]
      v(1)
      """,
      """
      error: 'v' is a value, not a function
        v(1)
        ^
        hint: v*(1) is a product, v[1] an entry
      """
    ),
    (
      """
      g(n) = g(n - 1)
      g(3)
      """,
      """
      error: calls of g(n) go deeper than 100
        g(n) = g(n - 1)
               ^~~~~~~~
        hint: a recursion ends by a condition that is known while elaborating: sizes, constants
      """
    ),
    (
      """
      w = 2
      h(x) = if x > 0 then h(x - 1) else 0
      h(w)
      """,
      """
      error: calls of h(x) go deeper than 100
        h(x) = if x > 0 then h(x - 1) else 0
                             ^~~~~~~~
        hint: a recursion ends by a condition that is known while elaborating: sizes, constants
      """
    ),
  ]

  @Test(arguments: functions) func wrongFunctions(_ script: String, _ rendered: String) {
    expect(script, rendered)
  }

  static let blocks: [(String, String)] = [
    (
      """
      v = [1, 2, 3]
      k(t) = { v[1] = t; v }
      k(1)
      """,
      """
      error: only entries of a local array can be replaced
        k(t) = { v[1] = t; v }
                 ^
        hint: give it a first value in this block: a = zeros(n)
      """
    ),
    (
      "k(x) = { x := 2; x }",
      """
      error: ':=' can not stand in a function: functions have no effects
        k(x) = { x := 2; x }
                   ^~
        hint: '=' gives a local name a new value
      """
    ),
    (
      "k(x) = { print(x); x }",
      """
      error: 'print' can not stand in a function: functions have no effects
        k(x) = { print(x); x }
                 ^~~~~
        hint: put it at top level or in a loop there
      """
    ),
    (
      "k(x) = { assert x > 0; x }",
      """
      error: 'assert' can not stand in a function: functions have no effects
        k(x) = { assert x > 0; x }
                 ^~~~~~
        hint: put it at top level or in a loop there
      """
    ),
    (
      """
      s(x) = { for i in 1:3 { y = x }; y }
      s(1)
      """,
      """
      error: unknown name 'y'
        s(x) = { for i in 1:3 { y = x }; y }
                                         ^
        hint: y = 1 makes it a value, f(y) = … a parameter
      """
    ),
    (
      """
      v = [1, 2, 3]
      c = { (p, q) = v; p }
      """,
      """
      error: a block can not stand here
        c = { (p, q) = v; p }
            ^
        hint: { } is the body of a function, lambda, loop or if; ( ) groups, [ ] is a vector
      """
    ),
    (
      "(x -> { a = [1, 2]; a[3] = x; a })(1)",
      """
      error: the index 3 is outside 1…2
        (x -> { a = [1, 2]; a[3] = x; a })(1)
                              ^
      """
    ),
  ]

  @Test(arguments: blocks) func wrongBlocks(_ script: String, _ rendered: String) {
    expect(script, rendered)
  }

  static let tuples: [(String, String)] = [
    (
      """
      t = (1, 2, 3)
      t[4]
      """,
      """
      error: the index 4 is outside 1…3
        t[4]
          ^
      """
    ),
    (
      """
      t = (1, 2, 3)
      t + (1, 2)
      """,
      """
      error: a tuple of 3 and one of 2 do not fit
        t + (1, 2)
        ^~~~~~~~~~
      """
    ),
    (
      """
      t = (1, 2, 3)
      sin(t)
      """,
      """
      error: a number or an array is needed here, not a tuple of 3
        sin(t)
            ^
        hint: t[1] is its first part
      """
    ),
    (
      """
      (a, b) = (1, (2, 3))
      (c, d) = a
      """,
      """
      error: the value on the right has no part 1
        (c, d) = a
         ^
      """
    ),
    (
      """
      v = [1, 2, 3]
      for (a, b) in v { print(a) }
      """,
      """
      error: a tuple of 2 is needed here
        for (a, b) in v { print(a) }
            ^~~~~~
      """
    ),
    (
      """
      v = [1, 2, 3]
      sum(a*b for (a, b) in zip(v, [1, 2]))
      """,
      """
      error: zip takes sequences of one length
        sum(a*b for (a, b) in zip(v, [1, 2]))
                              ^~~~~~~~~~~~~~
      """
    ),
  ]

  @Test(arguments: tuples) func wrongTuples(_ script: String, _ rendered: String) {
    expect(script, rendered)
  }

  static let loops: [(String, String)] = [
    (
      """
      v = [1, 2, 3]
      fold((h, x) -> [h, x], 0, v)
      """,
      """
      error: the entries of an array are numbers, this one is a vector of 2
        fold((h, x) -> [h, x], 0, v)
                        ^
      """
    ),
    (
      """
      v = [1, 2, 3]
      fold((h, x) -> hcat(h, x), v, 1:20)
      """,
      """
      error: hcat takes blocks of one height, not a vector of 3 and a scalar
        fold((h, x) -> hcat(h, x), v, 1:20)
                       ^~~~~~~~~~
      """
    ),
    (
      """
      v = [1, 2, 3]
      [v[i+1] for i in 1:3]
      """,
      """
      error: the index 4 is outside 1…3
        [v[i+1] for i in 1:3]
           ^~~
      """
    ),
    (
      """
      v = [1, 2, 3]
      sum(v[i] for i in 0:3)
      """,
      """
      error: the index 0 is outside 1…3
        sum(v[i] for i in 0:3)
              ^
        hint: indices start at 1
      """
    ),
    (
      """
      x = sin(1:5000);
      sum(x[i+1] for i in 1:5000)
      """,
      """
      error: the index 5001 is outside 1…5000
        sum(x[i+1] for i in 1:5000)
              ^~~
      """
    ),
    (
      """
      v = [1, 2, 3]
      (v -> { s = 0; for i in 1:4 { s = s + v[i] }; s })(v)
      """,
      """
      error: the index 4 is outside 1…3
        (v -> { s = 0; for i in 1:4 { s = s + v[i] }; s })(v)
                                                ^
      """
    ),
    (
      """
      v = [1, 2, 3]
      w = 0
      for i in 1:4 { w := v[i] }
      """,
      """
      error: the index 4 is outside 1…3
        for i in 1:4 { w := v[i] }
                              ^
      """
    ),
    (
      """
      w = 2
      [i for i in 1:3 if w > i]
      """,
      """
      error: which entries an array has must be known while elaborating
        [i for i in 1:3 if w > i]
                           ^~~~~
      """
    ),
    (
      "[1:i for i in 1:3]",
      """
      error: the entries are numbers, or vectors of one length
        [1:i for i in 1:3]
        ^~~~~~~~~~~~~~~~~~
      """
    ),
    (
      """
      w = 2
      for i in 3 { w := 1 }
      """,
      """
      error: a loop walks over an array, a range or a tuple
        for i in 3 { w := 1 }
                 ^
      """
    ),
    (
      """
      v = [1, 2]
      w = 2
      while v { w := 1 }
      """,
      """
      error: a condition is one number, not a vector of 2
        while v { w := 1 }
              ^
      """
    ),
    (
      """
      w = 2
      repeat 2.5 { w := 1 }
      """,
      """
      error: a whole number of rounds is needed
        repeat 2.5 { w := 1 }
               ^~~
      """
    ),
  ]

  @Test(arguments: loops) func wrongLoops(_ script: String, _ rendered: String) {
    expect(script, rendered)
  }

  static let derivatives: [(String, String)] = [
    (
      """
      v = [1, 2, 3]
      grad(v.^2, v)
      """,
      """
      error: a gradient needs one number, not a vector of 3
        grad(v.^2, v)
        ^~~~~~~~~~~~~
        hint: jac is the derivative of an array, vjp a product with it; sum(…) makes one number
      """
    ),
    (
      """
      E = 3
      grad(E, x^2)
      """,
      """
      error: the name of a variable is needed here
        grad(E, x^2)
                ^~~
        hint: of a function, grad(f, x) is the gradient at the point x
      """
    ),
    (
      """
      v = [1, 2, 3]
      E = sum(v)
      grad(E, v[1])
      """,
      """
      error: the name of a variable is needed here
        grad(E, v[1])
                ^~~~
        hint: of a function, grad(f, x) is the gradient at the point x
      """
    ),
    (
      """
      v = [1, 2, 3]
      E = sum(v)
      grad(E)
      """,
      """
      error: 'E' is no function
        grad(E)
             ^
        hint: grad(E, w) takes the derivative of an expression in w
      """
    ),
    (
      """
      v = [1, 2, 3]
      E = sum(v)
      E'
      """,
      """
      error: 'E' is a number: ' transposes arrays and differentiates functions
        E'
        ^~
        hint: its gradient is grad(E, v), or :grad E
      """
    ),
    (
      "jac((x, y) -> [x, y])(1, 2)",
      """
      error: jac takes a function of one argument
        jac((x, y) -> [x, y])(1, 2)
        ^~~~~~~~~~~~~~~~~~~~~~~~~~~
      """
    ),
    (
      """
      f(x, y) = x*y
      hess(f)(1, 2)
      """,
      """
      error: hess takes a function of one argument
        hess(f)(1, 2)
        ^~~~~~~~~~~~~
      """
    ),
    (
      """
      v = [1, 2, 3]
      jvp(v.^2, v, [1, 2])
      """,
      """
      error: a vector of 3 is needed here, not a vector of 2
        jvp(v.^2, v, [1, 2])
                     ^~~~~~
      """
    ),
    (
      """
      v = [1, 2, 3]
      vjp(v.^2, v, [1, 2])
      """,
      """
      error: a vector of 3 is needed here, not a vector of 2
        vjp(v.^2, v, [1, 2])
                     ^~~~~~
      """
    ),
    (
      """
      n = 2
      M = reshape([1, 2, 3, 4], n, 2)
      grad(sum(M.^2), M)
      """,
      """
      error: 'M' is a constant here: nothing varies with it
        grad(sum(M.^2), M)
                        ^
        hint: M := M makes it a value
      """
    ),
    (
      """
      n = 2
      M = reshape([1, 2, 3, 4], n, 2)
      E = sum(M.^2)
      :grad E wrt M
      """,
      """
      error: 'M' is a constant here: nothing varies with it
        :grad E wrt M
                    ^
        hint: M := M makes it a value
      """
    ),
    (
      """
      l(x) = grad(x^2, x)
      l(3)
      """,
      """
      error: 'x' is a constant here: nothing varies with it
        l(x) = grad(x^2, x)
                         ^
        hint: pass a function: grad(x -> …, x)
      """
    ),
  ]

  @Test(arguments: derivatives) func wrongDerivatives(_ script: String, _ rendered: String) {
    expect(script, rendered)
  }

  static let solvers: [(String, String)] = [
    (
      "root(z -> z^2 + 1, 1)",
      """
      error: root did not converge: the residual is 1
        root(z -> z^2 + 1, 1)
        ^~~~~~~~~~~~~~~~~~~~~
        hint: try another start
      """
    ),
    (
      "solve([1, 2; 2, 4], [1, 2])",
      """
      error: the matrix is singular: pivot 2 is 0
        solve([1, 2; 2, 4], [1, 2])
        ^~~~~~~~~~~~~~~~~~~~~~~~~~~
        hint: column 2 is a combination of the first
      """
    ),
    (
      "inv([1, 2; 2, 4])",
      """
      error: the matrix is singular: pivot 2 is 0
        inv([1, 2; 2, 4])
        ^~~~~~~~~~~~~~~~~
        hint: column 2 is a combination of the first
      """
    ),
    (
      #"read("none.csv")"#,
      """
      error: cannot read 'none.csv': No such file or directory
        read("none.csv")
             ^~~~~~~~~~
      """
    ),
    (
      "read(3)",
      """
      error: the name of a file is needed, in quotes
        read(3)
             ^
        hint: read("data.csv")
      """
    ),
  ]

  @Test(arguments: solvers) func wrongSolvers(_ script: String, _ rendered: String) {
    expect(script, rendered)
  }

  /// A table with a hole, or with lines of different lengths, is refused with the place.
  @Test(arguments: [
    ("x,y\n1,2\n3,\n", "'t.csv', line 3, column 2: the value is missing"),
    ("x,y\n1,2\n3,NA\n", "'t.csv', line 3, column 2: 'NA' is no number"),
    ("x,y\n1,2\n3,4,5\n", "'t.csv', line 3: 3 fields, the first line has 2"),
    ("1,2\n3\n", "'t.csv', line 2: 1 field, the first line has 2"),
    ("", "'t.csv' holds no values"),
  ])
  func tables(_ text: String, _ message: String) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/t.csv"
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      let error = try #require(Replay("d = read(\"\(path)\")").errors.first)
      #expect(error.message.replacingOccurrences(of: path, with: "t.csv") == message)
      #expect(error.span?.range.lowerBound == 9)
    }
  }
}
