// Main.swift -- the `engram` command; everything it does is in EngramCommands.

import EngramCommands
import Glibc

@main
struct Main {
  static func main() { exit(engramMain()) }
}
