using System.Globalization;
using LoRDBA.Tool.Output;

namespace LoRDBA.Tool.Boards;

/// <summary>The facts for a person: the board, what is missing, the kernels, and a line to send on.</summary>
internal static class BoardReport
{
    /// <summary>Writes them to standard output.</summary>
    public static void Write(ToolContext context, BoardFacts facts)
    {
        var state = facts.State;
        context.Out.WriteLine(facts.Model ?? $"a machine without device tree, {facts.Architecture}");
        new FactList()
            .Add("LordbaBoard", facts.Profile)
            .Add("compatible", string.Join(", ", facts.Compatible))
            .Add("system", facts.System)
            .Add("kernel", facts.Kernel)
            .Add("kernels for", string.Join(", ", facts.Instructions))
            .Add("cores", $"{facts.Cores}")
            .Add("memory", facts.MemoryBytes is { } bytes ? FactList.Bytes(bytes) : null)
            .Add("page", FactList.Bytes(facts.PageBytes))
            .Add("memory pressure", Number(state.MemoryPressurePercent, "0.0", "% of the last ten seconds"))
            .Add("temperature", Number(state.Celsius, "0.0", "°C"))
            .Add("clock", Number(state.Megahertz, "0", "MHz"))
            .Add("clock's governor", state.FrequencyGovernor)
            .Add("throttling", state.Throttling)
            .Add("power", Number(state.Watts, "0.00", "W"))
            .Add("rails", state.Rails is { } rails ? string.Join(", ", rails.Select(rail => $"{rail.Key} {Number(rail.Value, "0.00", "W")}")) : null)
            .Add("GPIO", GpioText(facts.Gpio))
            .Write(context.Out);
        foreach (var notice in facts.Notices) context.Out.WriteLine($"note: {notice}");
        foreach (var kernel in facts.SelfTest.Kernels)
            if (kernel.Fault is { } fault) context.Out.WriteLine($"wrong: {kernel.Kernel}: {fault}");
        if (facts.Measurement is { } measurement) WriteSpeeds(context, facts, measurement);
        context.Out.WriteLine(LineOf(facts));
    }

    /// <summary>One line that says all that an issue needs.</summary>
    private static string LineOf(BoardFacts facts)
    {
        var test = facts.SelfTest;
        return $"lordba {facts.Version} on {facts.Model ?? facts.Profile ?? facts.Architecture}, {facts.System}, kernel {facts.Kernel ?? "unknown"}, pages of {facts.PageBytes}, {facts.Instructions[^1]}: "
            + $"{test.Kernels.Count} kernels, {test.Kernels.Sum(kernel => kernel.Comparisons)} comparisons, digest {test.Digest}, {(test.Passed ? "pass" : "FAIL")}";
    }

    /// <summary>The speeds as rows of the table in docs/boards.md.</summary>
    private static void WriteSpeeds(ToolContext context, BoardFacts facts, BoardMeasurement measurement)
    {
        context.Out.WriteLine($"{measurement.Model}: {measurement.PrefillTokens} tokens of prefill, {measurement.DecodeTokens} decoded; medians of {measurement.Turns} turns; rows for docs/boards.md:");
        var (before, after) = (facts.State, measurement.After);
        foreach (var speed in measurement.Speeds)
        {
            string[] cells =
            [
                facts.Model ?? facts.Profile ?? facts.Architecture, facts.Kernel ?? "-", before.FrequencyGovernor ?? "-", facts.Instructions[^1], measurement.Model, $"{speed.Threads}",
                Speed(speed.Base.PrefillPerSecond), Speed(speed.Base.DecodePerSecond), Speed(speed.Adapted.PrefillPerSecond), Speed(speed.Adapted.DecodePerSecond),
                $"{Number(before.Celsius, "0", "") ?? "-"} → {Number(after.Celsius, "0", "") ?? "-"}", after.Throttling ?? "-",
            ];
            context.Out.WriteLine($"| {string.Join(" | ", cells)} |");
        }
    }

    private static string GpioText(GpioFacts gpio)
    {
        if (gpio.Chips.Count == 0) return "no chip";
        return $"{string.Join(", ", gpio.Chips.Select(chip => chip.Compatible is { } name ? $"{chip.Device} ({name})" : chip.Device))}; {gpio.Library ?? "no library"}";
    }

    private static string Speed(double tokensPerSecond) => tokensPerSecond.ToString(tokensPerSecond < 100 ? "0.0" : "0", CultureInfo.InvariantCulture);

    private static string? Number(double? value, string format, string unit) => value?.ToString(format, CultureInfo.InvariantCulture) is { } text ? $"{text} {unit}".TrimEnd() : null;
}
