namespace LoRDBA.Hil.Tests.Benches;

/// <summary>
/// Which lines of a board's chip are the panel's, and which are looped back to them by wires, so that the board itself can be the bench:
/// the bench's output presses the panel's button, the bench's inputs see the panel's outputs.
/// </summary>
/// <param name="Chip">The number in /dev/gpiochipN.</param>
/// <param name="Panel">The panel's lines; those that no wire leads to included.</param>
/// <param name="Bench">The other end of each wire.</param>
internal sealed record Wiring(int Chip, IReadOnlyDictionary<PanelLine, int> Panel, IReadOnlyDictionary<PanelLine, int> Bench)
{
    /// <summary>
    /// A Raspberry Pi's header (docs/hardware-in-the-loop.md has the drawing): five wires, each between neighbours or near ones. Chip and
    /// lines of another board are what a change of this constant is for.
    /// </summary>
    public static readonly Wiring RaspberryPi = new(
        Chip: 0,
        Panel: new Dictionary<PanelLine, int> { [PanelLine.Button] = 17, [PanelLine.Light] = 27, [PanelLine.Relay] = 22, [PanelLine.Ready] = 23, [PanelLine.Busy] = 24 },
        Bench: new Dictionary<PanelLine, int> { [PanelLine.Button] = 5, [PanelLine.Light] = 6, [PanelLine.Relay] = 13, [PanelLine.Ready] = 19, [PanelLine.Busy] = 26 });

    /// <summary>The emulated board without its I2C bus: three of its eight lines are free, and the program outside is the wires.</summary>
    public static readonly Wiring Emulated = new(
        Chip: 0,
        Panel: new Dictionary<PanelLine, int> { [PanelLine.Button] = 0, [PanelLine.Light] = 1, [PanelLine.Relay] = 2, [PanelLine.Ready] = 4, [PanelLine.Busy] = 7 },
        Bench: new Dictionary<PanelLine, int> { [PanelLine.Button] = 5, [PanelLine.Light] = 6, [PanelLine.Relay] = 3 });
}
