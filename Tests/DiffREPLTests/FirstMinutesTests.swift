import Testing

@testable import DiffREPL

/// What newcomers type in their first minutes: it works, or is answered with what to type.
@Suite struct FirstMinutesTests {
  /// What people type who look for the way in, or out.
  @Test(
    arguments: Dialogue.all(
      """
      ∂> help
      error: unknown name 'help'
        help
        ^~~~
        hint: commands begin with a colon: :help

      ∂> ?
      error: '?' is no operator
        ?
        ^
        hint: :help, or :help topic

      ∂> quit
      error: unknown name 'quit'
        quit
        ^~~~
        hint: commands begin with a colon: :quit

      ∂> exit
      error: unknown name 'exit'
        exit
        ^~~~
        hint: type :quit

      ∂> vars
      error: unknown name 'vars'
        vars
        ^~~~
        hint: commands begin with a colon: :vars

      ∂> undo
      error: unknown name 'undo'
        undo
        ^~~~
        hint: commands begin with a colon: :undo

      ∂> :halp
      error: there is no command :halp
        :halp
        ^~~~~
        hint: did you mean :help?

      ∂> :foo
      error: there is no command :foo
        :foo
        ^~~~
        hint: :help lists the commands

      ∂> :hlep
      error: there is no command :hlep
        :hlep
        ^~~~~
        hint: did you mean :help?
      """))
  func wayIn(_ dialogue: Dialogue) { dialogue.check() }

  /// Formulas as they stand on paper, on slides and in other programs.
  @Test(
    arguments: Dialogue.all(
      #"""
      ∂> grad f
      error: an operator is missing between 'grad' and 'f'
        grad f
             ^
        hint: :grad f

      ∂> x = 1
      x = 1
      ∂> f = x^2
      f = 1
      ∂> grad f
      error: an operator is missing between 'grad' and 'f'
        grad f
             ^
        hint: :grad f

      ∂> sin x
      error: an operator is missing between 'sin' and 'x'
        sin x
            ^
        hint: sin(x) calls, sin*x multiplies

      ∂> x = 2
      x = 2
      ∂> sin x
      error: an operator is missing between 'sin' and 'x'
        sin x
            ^
        hint: sin(x) calls, sin*x multiplies

      ∂> ln(2)
      ans = 0.693147

      ∂> w0 = 0.5
      w0 = 0.5
      ∂> log(1+exp(−3.5w₀))
      ans = 0.160224

      ∂> x^2
      error: unknown name 'x'
        x^2
        ^
        hint: x = 1 makes it a value, f(x) = … a parameter

      ∂> x = 3
      x = 3
      ∂> x²
      ans = 9

      ∂> √(2)
      ans = 1.41421

      ∂> f(x) = x^2
      ∂> f'(3)
      ans = 6

      ∂> f(x) = x^2
      ∂> f′(3)
      ans = 6

      ∂> f = 3
      f = 3
      ∂> f'
      error: 'f' is a number: ' transposes arrays and differentiates functions
        f'
        ^~
        hint: its gradient is grad(f, f), or :grad f

      ∂> x = 2
      x = 2
      ∂> f = x^2
      f = 4
      ∂> f(3)
      error: 'f' is a value, not a function
        f(3)
        ^
        hint: f*(3) is a product, f[3] an entry

      ∂> x = 2
      x = 2
      ∂> x (3)
      error: an operator is missing between 'x' and '('
        x (3)
          ^
        hint: x(…) without the blank calls, x*(…) multiplies

      ∂> 2 × 3 · 4
      ans = 24

      ∂> 1 ≤ 2
      ans = true

      ∂> π
      π = 3.14159

      ∂> \theta = 2
      θ = 2

      ∂> 3!
      error: '!' is no operator
        3!
         ^
        hint: not x; the factorial of n is gamma(n + 1)

      ∂> |x|
      error: '|' is no operator
        |x|
        ^
        hint: abs(x), or norm(x) of a vector

      ∂> norm([3, 4])
      ans = 5

      ∂> log(-1)
      ans = nan
      """#))
  func calculus(_ dialogue: Dialogue) { dialogue.check() }
}
