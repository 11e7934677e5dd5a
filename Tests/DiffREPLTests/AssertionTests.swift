import Testing

@testable import DiffREPL

/// Statements that check and statements that are silent.
@Suite struct AssertionTests {
  /// `assert` is silent where it holds, else both sides are shown.
  @Test(
    arguments: Dialogue.all(
      """
      ∂> assert 1 ≈ 1.0000001

      ∂> assert 1 ≈ 1.001
      error: the assertion does not hold: 1 ≈ 1.001
        assert 1 ≈ 1.001
               ^~~~~~~~~
        hint: they differ by 0.000999 relatively

      ∂> assert 1 ~= 1.1 within 0.2

      ∂> assert 1 ≈ 1.1 within 0.05 abs
      error: the assertion does not hold: 1 ≈ 1.1
        assert 1 ≈ 1.1 within 0.05 abs
               ^~~~~~~
        hint: they differ by 0.1

      ∂> assert 0 ≈ 1e-12
      error: the assertion does not hold: 0 ≈ 1e-12
        assert 0 ≈ 1e-12
               ^~~~~~~~~
        hint: nothing is relatively close to 0: within 1e-9 abs

      ∂> assert 0 ≈ 1e-12 within 1e-9 abs

      ∂> assert [1, 2] ≈ [1, 2, 3]
      error: the assertion does not hold: [1, 2] ≈ [1, 2, 3]
        assert [1, 2] ≈ [1, 2, 3]
               ^~~~~~~~~~~~~~~~~~
        hint: the shapes differ: vector of 2 and vector of 3

      ∂> assert [1, 2] ≈ [1, 2.1]
      error: the assertion does not hold: [1, 2] ≈ [1, 2.1]
        assert [1, 2] ≈ [1, 2.1]
               ^~~~~~~~~~~~~~~~~
        hint: they differ by 0.0476 relatively

      ∂> assert nan ≈ nan
      error: the assertion does not hold: nan ≈ nan
        assert nan ≈ nan
               ^~~~~~~~~
        hint: nan equals nothing, not even itself

      ∂> assert inf ≈ inf

      ∂> assert 2 < 1
      error: the assertion does not hold: 2 < 1
        assert 2 < 1
               ^~~~~

      ∂> assert 1 < 2 < 3

      ∂> assert 1 = 1
      error: '=' can not stand here
        assert 1 = 1
                 ^
        hint: == compares

      ∂> assert 1 == 1

      ∂> assert 0
      error: the assertion does not hold
        assert 0
               ^

      ∂> assert 1 ≈ 2;
      error: the assertion does not hold: 1 ≈ 2
        assert 1 ≈ 2;
               ^~~~~
        hint: they differ by 0.5 relatively

      ∂> assert u < 1
      error: unknown name 'u'
        assert u < 1
               ^
        hint: u = 1 makes it a value, f(u) = … a parameter
      """))
  func assertions(_ dialogue: Dialogue) { dialogue.check() }

  /// `:expect-error` prints the error and fails where there is none.
  @Test(
    arguments: Dialogue.all(
      """
      ∂> :expect-error 1 + u
      error: unknown name 'u'
        :expect-error 1 + u
                          ^
        hint: u = 1 makes it a value, f(u) = … a parameter

      ∂> :expect-error 1 + 1
      error: this was expected to fail, and did not
        :expect-error 1 + 1
                      ^~~~~

      ∂> :expect-error log(
      error: '(' is never closed
        :expect-error log(
                         ^

      ∂> :expect-error x = 1
      error: this was expected to fail, and did not
        :expect-error x = 1
                      ^~~~~
      ∂> x
      error: unknown name 'x'
        x
        ^
        hint: x = 1 makes it a value, f(x) = … a parameter

      ∂> :expect-error :grad 3
      error: '3' depends on no variable: it is constant
        :expect-error :grad 3
                            ^
        hint: w0 = 0.5 makes a variable w0; use it in the expression

      ∂> :expect-error [1, 2]*[1, 2]
      error: a vector times a vector is ambiguous
        :expect-error [1, 2]*[1, 2]
                      ^~~~~~~~~~~~~
        hint: a .* b multiplies entry by entry, dot(a, b) is the inner product

      ∂> :expect-error
      error: a statement is missing after ':expect-error'
        :expect-error
        ^~~~~~~~~~~~~
        hint: :expect-error [1, 2] + [1, 2, 3]

      ∂> :expect-error 1; 2
      error: ':expect-error' takes one statement
        :expect-error 1; 2
                      ^~~~
        hint: put each on a line of its own
      """))
  func expectError(_ dialogue: Dialogue) { dialogue.check() }

  /// A final `;` prints nothing; what comes before the last statement of a line is silent with it.
  @Test(
    arguments: Dialogue.all(
      """
      ∂> x = 1;
      ∂> x
      x = 1

      ∂> x = 1; y = 2
      y = 2

      ∂> x = 1; y = 2;

      ∂> 1 + 1;

      ∂> :grad x^2 at x=3;

      ∂> print(3);

      ∂> e = 3;

      ∂> log(0 -;
      error: an expression is missing after '-'
        log(0 -;
              ^
      """))
  func silence(_ dialogue: Dialogue) { dialogue.check() }
}
