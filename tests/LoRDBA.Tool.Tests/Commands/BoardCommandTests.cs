using System.Text.Json;
using System.Text.RegularExpressions;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests.Commands;

public sealed class BoardCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_Raspberry_Pi_5_is_described()
    {
        using var board = FakeBoard.RaspberryPi5();
        var json = On(board, "--json").Json();

        Assert.Equal(("Raspberry Pi 5 Model B Rev 1.0", "rpi5", "6.12.34+rpt-rpi-2712"), (Text(json, "model"), Text(json, "profile"), Text(json, "kernel")));
        Assert.Equal((8255136L * 1024, Environment.SystemPageSize), (json.GetProperty("memory_bytes").GetInt64(), json.GetProperty("page_bytes").GetInt32()));
        var state = json.GetProperty("state");
        Assert.Equal((48.5, 2400, 1.25), (Number(state, "celsius"), Number(state, "megahertz"), Number(state, "memory_pressure_percent")));
        Assert.Equal(("ondemand", "none"), (Text(state, "frequency_governor"), Text(state, "throttling")));
        Assert.False(state.TryGetProperty("watts", out _));
        Assert.Equal("raspberrypi,rp1-gpio", Text(json.GetProperty("gpio").GetProperty("chips")[0], "compatible"));
    }

    [Fact]
    public void A_Jetson_tells_its_rails()
    {
        using var board = FakeBoard.JetsonOrin();
        var state = On(board, "--json").Json().GetProperty("state");

        Assert.Equal(7.5, Number(state, "watts"));
        Assert.Equal("""{"VDD_CPU_GPU_CV":2,"VDD_IN":7.5,"VDD_SOC":2}""", state.GetProperty("rails").GetRawText());
    }

    [Fact]
    public void Every_kernel_is_tested_and_the_last_line_tells_it()
    {
        using var board = FakeBoard.RaspberryPi5();
        var test = On(board, "--json").Json().GetProperty("self_test");
        Assert.True(test.GetProperty("passed").GetBoolean());
        var (kernels, digest) = (test.GetProperty("kernels").GetArrayLength(), Text(test, "digest"));

        var run = On(board);
        Assert.Equal((ExitCodes.Done, ""), (run.ExitCode, run.Error));
        var line = run.Out.TrimEnd('\n').Split('\n')[^1];
        Assert.Matches($@"^lordba \S+ on Raspberry Pi 5 Model B Rev 1\.0, .*, kernel 6\.12\.34\+rpt-rpi-2712, pages of \d+, {InstructionSets.Best}: {kernels} kernels, \d+ comparisons, digest {digest}, pass$", line);
    }

    [Theory]
    [InlineData(0x50005u, "UnderVoltage, Throttled, UnderVoltageOccurred, ThrottledOccurred", "the supply's voltage", "heat lowers")]
    [InlineData(0x20000u, "FrequencyCappedOccurred")]
    public void What_the_firmware_complains_of_comes_with_a_remedy(uint flags, string throttling, params string[] notes)
    {
        using var board = FakeBoard.RaspberryPi5();
        board.Throttled = flags;
        var json = On(board, "--json").Json();

        Assert.Equal(throttling, Text(json.GetProperty("state"), "throttling"));
        var notices = json.GetProperty("notices").EnumerateArray().Select(notice => notice.GetString()!).Where(notice => !notice.Contains("libgpiod") && !notice.Contains("compiled"));
        Assert.All(notices.Zip(notes, (notice, note) => (notice, note)), pair => Assert.StartsWith(pair.note, pair.notice));
        Assert.Equal(notes.Length, notices.Count());
    }

    [Fact]
    public void A_program_that_is_slower_than_its_processor_is_a_note()
    {
        using var board = new FakeBoard();
        var run = ToolRun.With(context => context with { Root = board.Root, SpeedNotice = "this program was compiled without Avx2." }, "board");
        Assert.Contains("\nnote: this program was compiled without Avx2.\n", run.Out);
        Assert.Equal("", run.Error);
    }

    [Fact]
    public void A_measurement_has_each_number_of_threads_and_writes_the_record()
    {
        using var board = FakeBoard.RaspberryPi5();
        var record = Path.Combine(folder.Path, "board.json");
        string[] measure = ["--measure", SmallLora.WriteModel(folder), "--threads", "2", "--prefill", "5", "--decode", "3", "--turns", "1", "-o", record];
        var run = On(board, measure);

        Assert.Equal((ExitCodes.Done, ""), (run.ExitCode, run.Error));
        using var json = JsonDocument.Parse(File.ReadAllText(record));
        var measurement = json.RootElement.GetProperty("measurement");
        Assert.Equal([1, 2], measurement.GetProperty("speeds").EnumerateArray().Select(speed => speed.GetProperty("threads").GetInt32()));
        Assert.All(measurement.GetProperty("speeds").EnumerateArray(), speed => Assert.All((string[])["base", "adapted"], which => Assert.True(Number(speed.GetProperty(which), "decode_per_second") > 0)));
        Assert.Equal((5, 3, 48.5), (measurement.GetProperty("prefill_tokens").GetInt32(), measurement.GetProperty("decode_tokens").GetInt32(), Number(measurement.GetProperty("after"), "celsius")));

        // As many cells as the table of the document has.
        var heading = File.ReadLines(Path.Combine(SharedFiles.RepositoryRoot, "docs", "boards.md")).Single(line => line.StartsWith("| measured board |", StringComparison.Ordinal));
        var rows = Regex.Matches(run.Out, @"^\| Raspberry Pi 5 .*\|$", RegexOptions.Multiline);
        Assert.Equal(2, rows.Count);
        Assert.All(rows, row => Assert.Equal(heading.Count(c => c == '|'), row.Value.Count(c => c == '|')));
    }

    [Theory, InlineData("--threads"), InlineData("--prefill"), InlineData("--decode"), InlineData("--turns")]
    public void What_is_for_a_measurement_needs_one(string option)
    {
        var run = ToolRun.Of("board", option, "2");
        Assert.Equal((ExitCodes.Usage, $"lordba: {option} is for --measure. Try 'lordba board --help'.\n"), (run.ExitCode, run.Error));
    }

    private static ToolRun On(FakeBoard board, params string[] arguments) => ToolRun.With(context => context with { Root = board.Root, SpeedNotice = null }, ["board", .. arguments]);

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private static double Number(JsonElement json, string name) => json.GetProperty(name).GetDouble();
}
