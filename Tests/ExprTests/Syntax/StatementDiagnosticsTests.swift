import Testing

@testable import Expr

/// Mistakes in statements: the source with « » around the place, the message and the hint.
struct StatementDiagnosticsTests {
  @Test(arguments: statements)
  func mistakeInStatement(_ marked: String, _ message: String, _ hint: String) {
    expectRefusal(marked, message, hint)
  }

  static let statements: [(String, String, String)] = [
    ("x = [1, 2 # c\n «3»]", "an operator is missing between '2' and '3'", "; ends a row: 2; 3"),
    ("grad «f»", "an operator is missing between 'grad' and 'f'", ":grad f"),
    (
      "minimize «E» over w", "an operator is missing between 'minimize' and 'E'",
      ":minimize E over w"
    ),
    ("«?» grad", "'?' is no operator", ":help, or :help topic"),
    ("«?»", "'?' is no operator", ":help, or :help topic"),
    ("«for» = 3", "'for' is a reserved word", "choose another name"),
    ("«if» = 3", "'if' is a reserved word", "choose another name"),
    ("«in»", "'in' is a reserved word", "choose another name"),
    ("«end»", "'end' stands only in an index", "x[end], x[2:end]"),
    ("«end» = 3", "'end' is a reserved word", "choose another name"),
    ("x = «end» + 1", "'end' stands only in an index", "x[end], x[2:end]"),
    (
      "a = b «=» c", "one statement defines one thing: a second '='",
      "b = …; a = b, or == to compare"
    ),
    (
      "a = b «:=» c", "one statement defines one thing: a second ':='",
      "b = …; a = b, or == to compare"
    ),
    (
      "w := x «:=» y", "one statement defines one thing: a second ':='",
      "x = …; w = x, or == to compare"
    ),
    (
      "f(x) = { x «:=» 3 }", "':=' can not stand in a function: functions have no effects",
      "'=' gives a local name a new value"
    ),
    (
      "f(x) = { «print»(x) }", "'print' can not stand in a function: functions have no effects",
      "put it at top level or in a loop there"
    ),
    (
      "f(x) = { «assert» x > 0 }",
      "'assert' can not stand in a function: functions have no effects",
      "put it at top level or in a loop there"
    ),
    (
      "f(x) = { «:grad» f }", "a command can not stand here",
      "put it at top level or directly in a loop there"
    ),
    (
      "f(x) = { «while» x > 0 { x = 1 } }", "'while' is for the top level only",
      "iterate(f, x0, n), fixedpoint(g, x0) or a for loop"
    ),
    ("f(a«;» b)", "';' can not stand in ( )", ", separates; [1; 2] has rows, { } statements"),
    (
      "x = «'»abc'", "a prime follows its expression without a blank",
      #"x' transposes or differentiates; strings stand between ""#
    ),
    ("f(«,» 1)", "an expression is missing before ','", ""),
    ("f(1«,» , 2)", "an expression is missing after ','", ""),
    (
      "x = «{» 1 }", "a block can not stand here",
      "{ } is the body of a function, lambda, loop or if; ( ) groups, [ ] is a vector"
    ),
    ("if x then 1«»", "'else' is missing here", "if c then a else b"),
    ("if x«»", "'then' or '{' is missing here", "if c then a else b"),
    ("if x { 1 } else «2»", "'{' is missing here", "if c { a } else { b }"),
    ("y = if x { 1 }«»", "'else' is missing here", "an if that is a value needs both branches"),
    ("«a, b»", "several expressions need brackets", "(a, b) is a tuple, [a, b] a vector"),
    ("x = «1, 2»", "2 values for 1 name", "(1, 2) is a tuple, [1, 2] a vector"),
    ("a, b = «1, 2, 3»", "3 values for 2 names", ""),
    ("f(x, «x») = 1", "'x' stands twice among the names", ""),
    ("f(«2») = 3", "a parameter is a name", "x -> …, (x, y) -> …, f(x, (a, b)) = …"),
    ("«2x» = 3", "'=' needs a name on its left", "x = …, f(x) = …, a, b = …; == compares"),
    ("«x + y» = 3", "'=' needs a name on its left", "x = …, f(x) = …, a, b = …; == compares"),
    ("«f'(x)» = 3", "'=' needs a name on its left", "x = …, f(x) = …, a, b = …; == compares"),
    ("«f(x)(y)» = 3", "'=' needs a name on its left", "x = …, f(x) = …, a, b = …; == compares"),
    ("f(x) «:=» 3", "':=' can not define a function", "f(x) = …"),
    ("«x + y» -> 3", "a parameter is a name", "x -> …, (x, y) -> …, f(x, (a, b)) = …"),
    ("for i in 1:3«»", "'{' is missing here", "the body stands in { }, which opens on this line"),
    ("for i «1»:3 { }", "'in' is missing here", "for i in 1:n"),
    ("for a«,» b in xs { }", "several names in a 'for' need parentheses", "for (a, b) in …"),
    ("for «3» in xs { }", "a name is missing here", "for i in 1:n"),
    ("repeat 100«»", "'{' is missing here", "the body stands in { }, which opens on this line"),
    ("repeat 100 x«»", "'{' is missing here", "the body stands in { }, which opens on this line"),
    ("«:»", "a command's name is missing after ':'", ":help lists the commands"),
    ("«: grad»", "a command's name is missing after ':'", ":help lists the commands"),
    ("«:!»", "a command's name is missing after ':'", ":help lists the commands"),
    ("data X«»", "'=' is missing here", "data X = … defines data, :data X marks a name as data"),
    (
      "data X «:=» 3", "'=' is missing here",
      "data X = … defines data, :data X marks a name as data"
    ),
    ("print «x»", "an operator is missing between 'print' and 'x'", "print(x)"),
    (#"print «"a"»"#, #"an operator is missing between 'print' and '"a"'"#, #"print("a")"#),
    (
      #"read «"file.csv"»"#, #"an operator is missing between 'read' and '"file.csv"'"#,
      #"read("file.csv")"#
    ),
    ("let «x» = 3", "an operator is missing between 'let' and 'x'", "x = 3: names need no 'let'"),
    (
      "return «x»", "an operator is missing between 'return' and 'x'",
      "x: the last expression is the value"
    ),
    ("if x «=» 3 then 1 else 2", "'=' can not stand here", "== compares"),
    ("assert a «=» b", "'=' can not stand here", "== compares"),
    (
      "«∂»> x = 3", "unexpected '∂'",
      "the prompt '∂> ' is not part of what you type; :diff f wrt x gives ∂f/∂x"
    ),
    ("«else» 3", "'else' begins no statement", "write } else { on one line"),
    ("«then»", "'then' is a reserved word", "choose another name"),
    (
      "f(x) = y «=» 3", "one statement defines one thing: a second '='",
      "y = …; f(x) = y, or == to compare"
    ),
    (
      "«:expect-error»", "a statement is missing after ':expect-error'",
      ":expect-error [1, 2] + [1, 2, 3]"
    ),
    (
      ":expect-error «x; y»", "':expect-error' takes one statement", "put each on a line of its own"
    ),
    (
      "if a { «:grad» f }", "a command can not stand here",
      "put it at top level or directly in a loop there"
    ),
    ("if a { 1 }\n«else» { 2 }", "'else' begins no statement", "write } else { on one line"),
    ("f(x\n«y» = 3", "an operator is missing between 'x' and 'y'", "x(y) calls, x*y multiplies"),
    ("x = (1, 2\ny «=» 3", "'=' can not stand here", "== compares"),
    ("«1» = 2", "'=' needs a name on its left", "x = …, f(x) = …, a, b = …; == compares"),
    ("«x == 1» = 2", "'=' needs a name on its left", "x = …, f(x) = …, a, b = …; == compares"),
    ("f(y=«2») = 3", "a parameter has no default", "f(x, y) = …"),
    ("x = [1«,» , 2]", "an expression is missing after ','", ""),
    ("help «x»", "an operator is missing between 'help' and 'x'", ":help x"),
  ]
}
