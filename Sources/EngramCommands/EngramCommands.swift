// placeholder
package func engramMain() -> Int32 { 0 }
