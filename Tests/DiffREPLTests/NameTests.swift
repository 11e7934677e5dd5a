import Testing

@testable import DiffREPL

/// What becomes of names: data, hidden built-ins, broken dependents, changes taken back.
@Suite struct NameTests {
  /// Data takes no gradient, whichever way it became data.
  @Test(
    arguments: Dialogue.all(
      """
      ∂> data X = [1, 2]
      X = [1, 2]
      ∂> f = sum(X)
      f = 3
      ∂> :grad f
      error: 'f' depends only on X, and that is data, which takes no gradient
        :grad f
              ^
        hint: :param X makes it a variable again, or say wrt X

      ∂> x = 3
      x = 3
      ∂> f = x^2
      f = 9
      ∂> :data x
      x takes no gradient from now on
      ∂> :grad f
      error: 'f' depends only on x, and that is data, which takes no gradient
        :grad f
              ^
        hint: :param x makes it a variable again, or say wrt x

      ∂> data x = 3
      x = 3
      ∂> f = x^2
      f = 9
      ∂> :param x
      x takes a gradient from now on
      ∂> :grad f
      ∂f/∂x = 6

      ∂> x = 1
      x = 1
      ∂> y = 2
      y = 2
      ∂> f = x*y
      f = 2
      ∂> :data y
      y takes no gradient from now on
      ∂> :grad f
      ∂f/∂x = 2

      ∂> data x
      error: '=' is missing here
        data x
              ^
        hint: data X = … defines data, :data X marks a name as data

      ∂> :data q
      error: unknown name 'q'
        :data q
              ^
        hint: :vars lists the names

      ∂> data x = 3
      x = 3
      ∂> f = x^2
      f = 9
      ∂> :grad f wrt x
      ∂f/∂x = 6
      """))
  func data(_ dialogue: Dialogue) { dialogue.check() }

  /// Notes come once, errors when a broken name is asked for.
  @Test(
    arguments: Dialogue.all(
      """
      ∂> e = 3
      note: 'e' hides the built-in of that name (:delete e gives it back)
      e = 3
      ∂> e = 4
      e = 4
      ∂> :delete e
      ∂> e
      e = 2.71828

      ∂> f = exp(1)
      f = 2.71828
      ∂> exp = 2
      note: 'exp' hides the built-in of that name (:delete exp gives it back)
      exp = 2
      ∂> exp(1)
      error: 'exp' is a value, not a function
        exp(1)
        ^~~
        hint: :delete exp gives the built-in function back
      ∂> f
      f = 2.71828

      ∂> sum(x) = 3
      note: 'sum' hides the built-in of that name (:delete sum gives it back)

      ∂> pi = 3
      note: 'pi' hides the built-in of that name (:delete pi gives it back)
      pi = 3

      ∂> x = [1, 2]
      x = [1, 2]
      ∂> f = x[2]
      f = 2
      ∂> x = [1]
      x = [1]
      note: 'f' does not fit 'x' any more
      ∂> f
      error: the index 2 is outside 1…1
        f = x[2]
              ^

      ∂> x = 1
      x = 1
      ∂> f = 2*x
      f = 2
      ∂> :delete x
      note: 'f' uses a name that is gone now
      ∂> f
      error: unknown name 'x'
        f = 2*x
              ^
        hint: x = 1 makes it a value, f(x) = … a parameter

      ∂> x = [1, 2]
      x = [1, 2]
      ∂> f = dot(x, x)
      f = 5
      ∂> x = [1, 2, 3]
      x = [1, 2, 3]
      ∂> f
      f = 14
      """))
  func shadowing(_ dialogue: Dialogue) { dialogue.check() }

  /// `:undo` takes one change back, of whatever kind.
  @Test(
    arguments: Dialogue.all(
      """
      ∂> x = 1
      x = 1
      ∂> x = 2
      x = 2
      ∂> :undo
      took back: x = 2
      ∂> x
      x = 1

      ∂> x = 1
      x = 1
      ∂> f = x^2
      f = 1
      ∂> :undo
      took back: f = x^2
      ∂> f
      error: unknown name 'f'
        f
        ^
        hint: f = 1 makes it a value, g(f) = … a parameter

      ∂> :undo
      error: there is nothing to take back
        :undo
        ^~~~~

      ∂> x = 1
      x = 1
      ∂> :data x
      x takes no gradient from now on
      ∂> :undo
      took back: :data x
      ∂> :grad x^2
      ∂f/∂x = 2

      ∂> x = 1
      x = 1
      ∂> :delete x
      ∂> :undo
      took back: :delete x
      ∂> x
      x = 1

      ∂> x = 1;
      ∂> x := 5
      x = 5
      ∂> :undo
      took back: x := 5
      ∂> x
      x = 1

      ∂> x = 1
      x = 1
      ∂> :clear
      ∂> :undo
      took back: :clear
      ∂> x
      x = 1

      ∂> x = 1
      x = 1
      ∂> x
      x = 1
      ∂> :undo
      took back: x = 1
      """))
  func undo(_ dialogue: Dialogue) { dialogue.check() }
}
