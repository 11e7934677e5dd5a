import Testing

@testable import DiffREPL

/// Definitions and updates; errors with the caret where it belongs.
@Suite struct StatementTests {
  /// `=` defines, what is defined follows, and nothing goes round in a circle.
  @Test(
    arguments: Dialogue.all(
      """
      ∂> w = 2
      w = 2
      ∂> f = w^2
      f = 4
      ∂> w = 3
      w = 3
      ∂> f
      f = 9

      ∂> x = 1
      x = 1
      ∂> x = x
      error: 'x' cannot be defined by itself
        x = x
        ^~~~~
        hint: x := x changes its value once

      ∂> w = 1
      w = 1
      ∂> w = w+1
      error: 'w' cannot be defined by itself
        w = w+1
        ^~~~~~~
        hint: w := w+1 changes its value once

      ∂> b = 1
      b = 1
      ∂> a = b+1
      a = 2
      ∂> b = a
      error: this definition goes round in a circle: b → a → b
        b = a
        ^~~~~
        hint: give one of them a value with := (b := 1)

      ∂> a = b+1
      error: unknown name 'b'
        a = b+1
            ^
        hint: b = 1 makes it a value, f(b) = … a parameter

      ∂> a = 1
      a = 1
      ∂> b = a
      b = 1
      ∂> c = b
      c = 1
      ∂> a = c + 1
      error: this definition goes round in a circle: a → c → b → a
        a = c + 1
        ^~~~~~~~~
        hint: give one of them a value with := (a := 1)

      ∂> x = 1; y = 2; x + y
      ans = 3

      ∂> y = 3 = 4
      error: one statement defines one thing: a second '='
        y = 3 = 4
              ^
        hint: 3 = …; y = 3, or == to compare

      ∂> 3 = x
      error: '=' needs a name on its left
        3 = x
        ^
        hint: x = …, f(x) = …, a, b = …; == compares

      ∂> x[2] = 5
      error: '=' can not change an entry here
        x[2] = 5
             ^
        hint: x[2] := 5

      ∂> f(x, y) = x*y + c
      ∂> c = 1
      c = 1
      ∂> f(2, 3)
      ans = 7

      ∂> data = 3
      data = 3

      ∂> θ_1 = 2
      θ_1 = 2
      ∂> θ₁ + θ1
      ans = 4
      """))
  func definitions(_ dialogue: Dialogue) { dialogue.check() }

  /// `:=` computes now and stores.
  @Test(
    arguments: Dialogue.all(
      """
      ∂> w = 2
      w = 2
      ∂> f = w^2;
      ∂> w := w - 1
      w = 1
      ∂> f
      f = 1

      ∂> a = 1; b = 2;
      ∂> a, b := b, a
      a = 2
      b = 1
      ∂> a
      a = 2
      ∂> b
      b = 1

      ∂> x = [1, 2, 3]
      x = [1, 2, 3]
      ∂> x[2] := 5
      x = [1, 5, 3]

      ∂> x = [1, 2, 3]
      x = [1, 2, 3]
      ∂> x[4] := 5
      error: the index 4 is outside 1…3
        x[4] := 5
          ^

      ∂> x = [1, 2, 3]
      x = [1, 2, 3]
      ∂> x[2] = 5
      error: '=' can not change an entry here
        x[2] = 5
             ^
        hint: x[2] := 5

      ∂> x = [1, 2, 3];
      ∂> x[1:2] := [7, 8]
      x = [7, 8, 3]

      ∂> x = 1
      x = 1
      ∂> f = x^2
      f = 1
      ∂> f := 5
      note: 'f' was a definition and is a value now
      f = 5

      ∂> x = 1
      x = 1
      ∂> y = 2*x
      y = 2
      ∂> y[1] := 3
      error: only entries of an array can be changed
        y[1] := 3
        ^

      ∂> x += 1
      error: '+=' is no operator
        x += 1
          ^~
        hint: x := x + …

      ∂> f(x) = x
      ∂> f := 2
      error: 'f' is a function
        f := 2
        ^
        hint: f(x) = … defines it anew, :delete f forgets it

      ∂> u := v + 1
      error: unknown name 'v'
        u := v + 1
             ^
        hint: v = 1 makes it a value, f(v) = … a parameter
      """))
  func updates(_ dialogue: Dialogue) { dialogue.check() }

  /// Where lines end, and what stands side by side.
  @Test(
    arguments: Dialogue.all(
      """
      ∂> (1 +
      .. 2)
      ans = 3

      ∂> 1 +
      .. 2
      ans = 3

      ∂> [1, 2
      .. 3, 4]
      error: an operator is missing between '2' and '3'
        3, 4]
        ^
        hint: ; ends a row: 2; 3
        note: '[' of line 1 is still open here

      ∂> x = 1 # one
      x = 1
      # nothing
      ∂> x
      x = 1

      ∂> [1; 2]
      ans = [1, 2]

      ∂> (1; 2)
      error: ';' can not stand in ( )
        (1; 2)
          ^
        hint: , separates; [1; 2] has rows, { } statements

      ∂> 2.*[1, 2]
      ans = [2, 4]

      ∂> 1/2x
      error: '1/2x' can be read in two ways
        1/2x
          ^~
        hint: write 1/(2*x) or 1/2*x

      ∂> x = 2
      x = 2
      ∂> x^2y
      error: 'x^2y' can be read in two ways
        x^2y
          ^~
        hint: write x^(2*y) or x^2*y

      ∂> -2^2
      ans = -4

      ∂> 2^-1
      ans = 0.5

      ∂> x = 3
      x = 3
      ∂> 2x + 2(x+1)
      ans = 14

      ∂> x'y
      error: an operator is missing between 'x'' and 'y'
        x'y
          ^
        hint: x'*y multiplies

      ∂> 1 < 2 < 3
      ans = true
      """))
  func layout(_ dialogue: Dialogue) { dialogue.check() }
}
