using System.Collections.Concurrent;
using LoRDBA.Hil.Tests.Benches;

namespace LoRDBA.Hil.Tests.Emulation;

/// <summary>Wires from outputs of the emulated board to its own inputs, as a user puts them on a header: this program is the copper.</summary>
internal sealed class LoopbackWires : IDisposable
{
    private readonly BlockingCollection<(int Line, bool Level)> changes = [];
    private readonly Dictionary<int, int> ends = [];

    /// <param name="qtest">Tells of outputs.</param>
    /// <param name="chip">Drives inputs.</param>
    /// <param name="wiring">The bench's button line leads to the panel's; the panel's outputs lead to the bench's lines.</param>
    public LoopbackWires(QtestClient qtest, Pl061 chip, Wiring wiring)
    {
        foreach (var (line, end) in wiring.Bench)
        {
            var (from, to) = line == PanelLine.Button ? (end, wiring.Panel[line]) : (wiring.Panel[line], end);
            ends[from] = to;
        }
        qtest.OutputChanged += (line, level) =>
        {
            if (ends.ContainsKey(line) && !changes.IsAddingCompleted) changes.Add((line, level));
        };
        new Thread(() => Conduct(chip)) { IsBackground = true, Name = "wires" }.Start();
    }

    /// <inheritdoc/>
    public void Dispose() => changes.CompleteAdding();

    private void Conduct(Pl061 chip)
    {
        try
        {
            foreach (var (line, level) in changes.GetConsumingEnumerable()) chip.Drive(ends[line], level);
        }
        catch (IOException)
        {
            // The machine was cut off.
        }
    }
}
