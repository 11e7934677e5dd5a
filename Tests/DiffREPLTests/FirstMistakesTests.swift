import Testing

@testable import DiffREPL

/// Habits from other languages and slips of the keyboard, each with its mend.
@Suite struct FirstMistakesTests {
  /// Habits from other languages.
  @Test(
    arguments: Dialogue.all(
      """
      ∂> x <- 3
      error: '<-' is no operator
        x <- 3
          ^~
        hint: x = 3 defines, x < -3 compares

      ∂> x = 3
      x = 3
      ∂> x <-3
      ans = false

      ∂> 2**3
      ans = 8

      ∂> x += 1
      error: '+=' is no operator
        x += 1
          ^~
        hint: x := x + …

      ∂> 1 && 2
      error: '&&' is no operator
        1 && 2
          ^~
        hint: a and b

      ∂> 1 || 2
      error: '||' is no operator
        1 || 2
          ^~
        hint: a or b

      ∂> !x
      error: '!' is no operator
        !x
        ^
        hint: not x

      ∂> 5 % 2
      error: '%' is no operator
        5 % 2
          ^
        hint: mod(a, b); # begins a comment

      ∂> 1 != 2
      ans = true

      ∂> 1 <> 2
      error: '<>' is no operator
        1 <> 2
          ^~
        hint: != compares

      ∂> x => x^2
      error: '=>' is no operator
        x => x^2
          ^~
        hint: >= compares, -> makes a function

      ∂> import torch
      error: an operator is missing between 'import' and 'torch'
        import torch
               ^~~~~
        hint: everything is there already; :help lists it

      ∂> let x = 3
      error: an operator is missing between 'let' and 'x'
        let x = 3
            ^
        hint: x = 3: names need no 'let'

      ∂> def f(x)
      error: an operator is missing between 'def' and 'f'
        def f(x)
            ^
        hint: f(x): names need no 'def'

      ∂> print x
      error: an operator is missing between 'print' and 'x'
        print x
              ^
        hint: print(x)

      ∂> "hello"
      ans = "hello"

      ∂> // note
      error: an expression is missing before '/'
        // note
        ^
        hint: # begins a comment

      ∂> lambda x: x
      error: an operator is missing between 'lambda' and 'x'
        lambda x: x
               ^
        hint: x -> x^2 is a function without a name
      """))
  func otherLanguages(_ dialogue: Dialogue) { dialogue.check() }

  /// What is left out or too much.
  @Test(
    arguments: Dialogue.all(
      """
      ∂> sin(x
      error: '(' is never closed
        sin(x
           ^

      ∂> sin(1))
      error: ')' closes nothing
        sin(1))
              ^

      ∂> [1, 2
      error: '[' is never closed
        [1, 2
        ^

      ∂> [1, 2)
      error: ')' does not close '['
        [1, 2)
             ^
        hint: ']' comes first

      ∂> [1, 2; 3]
      error: the rows of a matrix have one length: the first has 2, this one 1
        [1, 2; 3]
               ^

      ∂> {1, 2}
      error: a block can not stand here
        {1, 2}
        ^
        hint: { } is the body of a function, lambda, loop or if; ( ) groups, [ ] is a vector

      ∂> x = 
      error: an expression is missing after '='
        x = 
          ^

      ∂> = 3
      error: an expression is missing before '='
        = 3
        ^

      ∂> 1 +
      error: an expression is missing after '+'
        1 +
          ^

      ∂> log()
      error: log takes one argument, not 0
        log()
        ^~~~~

      ∂> log(1, 2)
      error: log takes one argument, not 2
        log(1, 2)
        ^~~~~~~~~

      ∂> sum
      sum = sum

      ∂> 1e
      error: malformed number '1e'
        1e
        ^~
        hint: 1e0 has an exponent, 1*e is a product

      ∂> 0x
      error: malformed number '0x'
        0x
        ^~
        hint: numbers are decimal

      ∂> 1..2
      error: malformed number '1.'
        1..2
        ^~
        hint: write 1.0 or 1
      """))
  func brackets(_ dialogue: Dialogue) { dialogue.check() }
}
