// swift-tools-version: 6.2

import PackageDescription

// On Linux the headers and the library are on the default paths, and readline's own pkg-config file
// carries preprocessor flags that SwiftPM refuses with a warning. Homebrew keeps readline out of the
// default paths, because macOS has a different library under that name.
#if os(macOS)
let readlinePackage: String? = "readline"
#else
let readlinePackage: String? = nil
#endif

let package = Package(
  name: "DiffREPL",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "diffrepl", targets: ["DiffREPL"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
  ],
  targets: [
    .systemLibrary(
      name: "CReadline",
      pkgConfig: readlinePackage,
      providers: [.apt(["libreadline-dev"]), .brew(["readline"])]
    ),
    .target(name: "CKernels"),
    .target(
      name: "Expr",
      dependencies: ["CKernels", .product(name: "RealModule", package: "swift-numerics")]
    ),
    .target(name: "AD", dependencies: ["Expr"]),
    .executableTarget(
      name: "DiffREPL",
      dependencies: [
        "AD", "CReadline", "Expr",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]
    ),
    .testTarget(name: "CKernelsTests", dependencies: ["CKernels"]),
    .testTarget(name: "ExprTests", dependencies: ["Expr"]),
    .testTarget(name: "ADTests", dependencies: ["AD", "Expr"]),
    .testTarget(name: "DiffREPLTests", dependencies: ["AD", "DiffREPL", "Expr"]),
  ],
  swiftLanguageModes: [.v6]
)
