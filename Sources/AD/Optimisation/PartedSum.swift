/// The sum of a term for each position, in four parts that do not wait for each other: faster than one
/// chain of additions, and in an order that depends on the range alone.
@inline(__always)
func sumInParts(_ positions: Range<Int>, _ term: (Int) -> Double) -> Double {
  var (a, b, c, d) = (0.0, 0.0, 0.0, 0.0)
  var i = positions.lowerBound
  while i + 4 <= positions.upperBound {
    a += term(i)
    b += term(i + 1)
    c += term(i + 2)
    d += term(i + 3)
    i += 4
  }
  while i < positions.upperBound {
    a += term(i)
    i += 1
  }
  return (a + b) + (c + d)
}

/// The same sum of so many terms, bit for bit. `four` gives those of a position and the next three, `last`
/// one of those that are left; each position is asked for once, in ascending order.
@inline(__always)
func sumInParts(
  _ count: Int, _ four: (Int) -> SIMD4<Double>, last: (Int) -> Double
) -> Double {
  var parts = SIMD4<Double>.zero
  var i = 0
  // A count of doubles in memory is far from the greatest integer.
  while i &+ 4 <= count {
    parts += four(i)
    i &+= 4
  }
  while i < count {
    parts[0] += last(i)
    i &+= 1
  }
  return (parts[0] + parts[1]) + (parts[2] + parts[3])
}
