using System.Diagnostics;
using System.Globalization;
using LoRDBA.Hil.Tests.Benches;

namespace LoRDBA.Hil.Tests.Contract;

/// <summary>Power is cut during an update of the adapter, at random moments.</summary>
public abstract partial class PanelContract
{
    /// <summary>How often power is cut: a few times in every run, 50 times by <c>LORDBA_HIL_CUTS=50</c>.</summary>
    private static readonly int Cuts = int.Parse(Environment.GetEnvironmentVariable("LORDBA_HIL_CUTS") ?? "3", CultureInfo.InvariantCulture);

    [Fact]
    [Needs(NeedsAttribute.PowerCut)]
    [Needs(NeedsAttribute.Store)]
    public async Task OldOrNewAdapterServesAfterAPowerCutDuringAnUpdate()
    {
        var moments = new Random(Environment.TickCount);
        var whole = TimeUpdate(0);
        var table = new List<string> { "| cut | after, ms | the update was told as done | on the disk at the next boot | serves |", "|---|---|---|---|---|" };
        for (var i = 1; i <= Cuts; i++)
        {
            var old = Status().Digest;
            var moment = whole * (moments.NextDouble() * 1.1);
            var console = new FileInfo(board.Record.ConsoleLog).Length;
            board.Panel.Send($"!update {board.Folder}/{AdapterVariants.NameOf(i)}");
            await Task.Delay(moment, Cancellation);
            await board.PowerOff(Cancellation);
            var wasTold = board.Panel.TryReceive(line => line.StartsWith("update:", StringComparison.Ordinal)) is not null;

            await board.PowerOn(Cancellation);
            var (status, answer) = (Status(), Say("get the porch light going"));
            var updated = AdapterVariants.DigestOf(i);
            table.Add(string.Create(CultureInfo.InvariantCulture, $"| {i} | {moment.TotalMilliseconds:0} | {(wasTold ? "yes" : "no")} | {FilesAtBoot(console, i)} | {(status.Digest == updated ? "new" : "old")} |"));
            board.Record.Set("power cuts during an update", string.Join('\n', table));

            Assert.True(status.Ready);
            Assert.Contains(status.Digest, wasTold ? [updated] : new[] { old, updated });
            Assert.Equal(("light.luma on", status.Digest), (answer.Text, answer.Digest));
            AssertServedFileIsWhole(status.Digest);
        }
        Tell(string.Join('\n', table));
        board.Record.Line($"{Cuts} power cuts during updates: {Cuts} boots, {Cuts} serving");
    }

    /// <summary>An update that nothing cuts: how long it takes from here.</summary>
    private TimeSpan TimeUpdate(int number)
    {
        var start = Stopwatch.GetTimestamp();
        board.Panel.Ask($"!update {board.Folder}/{AdapterVariants.NameOf(number)}", "update:", Patience);
        var time = Stopwatch.GetElapsedTime(start);
        Assert.Equal(AdapterVariants.DigestOf(number), Status().Digest);
        Say("get the porch light going");
        return time;
    }

    /// <summary>The slot that serves is byte for byte one of the files that were sent: cmp on the board says so, not the panel.</summary>
    private void AssertServedFileIsWhole(string digest)
    {
        var number = Enumerable.Range(0, Cuts + 1).Single(i => AdapterVariants.DigestOf(i) == digest);
        var (exitCode, output) = board.Shell.TryRun($"cmp {board.StoreFolder}/{digest}*.lordba {board.Folder}/{AdapterVariants.NameOf(number)}");
        Assert.True(exitCode == 0, output);
    }

    /// <summary>What the board's own start listed of the store, in words.</summary>
    private string FilesAtBoot(long from, int number)
    {
        var lines = File.ReadAllText(board.Record.ConsoleLog)[(int)from..].Split('\n').Where(line => line.StartsWith("hil: disk: -", StringComparison.Ordinal)).ToArray();
        var slot = lines.Any(line => line.Contains(AdapterVariants.DigestOf(number), StringComparison.Ordinal) && line.TrimEnd().EndsWith(".lordba", StringComparison.Ordinal));
        var parts = lines.Where(line => line.TrimEnd().EndsWith(".part", StringComparison.Ordinal)).Select(line => line.Contains("state", StringComparison.Ordinal) ? "part of a state" : "part of a slot");
        return string.Join(", ", [slot ? "its slot" : "no slot of it", .. parts]);
    }
}
