using System.Reflection;
using System.Runtime.InteropServices;
using LoRDBA.Boards;
using LoRDBA.Runtime.SelfTest;

namespace LoRDBA.Tool.Boards;

/// <summary>Asks the machine, and tests its kernels.</summary>
internal static class BoardReader
{
    /// <summary>All facts but a measurement.</summary>
    public static BoardFacts Read(ToolContext context)
    {
        var board = BoardInfo.Read(context.Root);
        var gpio = GpioInventory.Read(context.Root);
        var report = KernelSelfTest.Run();
        using var telemetry = new BoardTelemetry(context.Root);
        return new(
            board.Model, board.Compatible, board.Profile, board.Architecture.ToString().ToLowerInvariant(), RuntimeInformation.OSDescription, board.Kernel, Version,
            [.. report.Runs.Select(set => set.ToString())], board.Cores, (long?)board.Memory?.Bytes, board.PageSize, StateOf(telemetry),
            new(gpio.Library, [.. gpio.Chips.Select(chip => new GpioChipFacts($"/dev/gpiochip{chip.Number}", chip.Compatible, chip.MayOpen))]),
            Notices(board, gpio, telemetry, context.SpeedNotice),
            new(report.IsPassed, report.Digest, [.. report.Tests.Select(test => new KernelFacts(test.Kernel, test.Comparisons, test.Fault))]), Measurement: null);
    }

    /// <summary>Heat, clock and power now.</summary>
    public static BoardState StateOf(BoardTelemetry telemetry)
    {
        var rails = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var rail in telemetry.Rails)
            if (rail.TryRead(out var watts)) rails[rail.Name] = Math.Round((double)watts.Watts, 3);
        return new(
            telemetry.TryReadTemperature(out var temperature) ? Math.Round(temperature.DegreesCelsius, 1) : null,
            telemetry.TryReadFrequency(out var frequency) ? Math.Round(frequency.Megahertz) : null,
            telemetry.FrequencyGovernor,
            telemetry.TryReadThrottling(out var throttling) ? TextOf(throttling) : null,
            telemetry.TryReadPower(out var power) ? Math.Round((double)power.Watts, 3) : null,
            rails.Count > 0 ? rails : null,
            telemetry.TryReadMemoryPressure(out var pressure) ? pressure.Percent : null);
    }

    private static string Version => typeof(BoardReader).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>The flags one by one, without the value that stands for several.</summary>
    private static string TextOf(Throttling flags)
    {
        if (flags == Throttling.None) return "none";
        return string.Join(", ", Enum.GetValues<Throttling>().Where(flag => uint.PopCount((uint)flag) == 1 && flags.HasFlag(flag)));
    }

    private static List<string> Notices(BoardInfo board, GpioInventory gpio, BoardTelemetry telemetry, string? speedNotice)
    {
        List<string> notices = [];
        if (speedNotice is not null) notices.Add(speedNotice);
        if (board.Profile is null)
            notices.Add("no row of the table of boards fits this machine: kernels are generated for LordbaBoard of another board with the same processor.");
        if (gpio.Library is null && gpio.Chips.Count > 0)
            notices.Add($"no library drives GPIO: {GpioLines.HowToInstall}.");
        if (gpio.Chips.FirstOrDefault(chip => !chip.MayOpen) is { } closed)
            notices.Add($"this user may not open /dev/gpiochip{closed.Number}: sudo usermod -aG gpio $USER, then log in again.");
        if (telemetry.TryReadThrottling(out var flags))
        {
            if ((flags & (Throttling.UnderVoltage | Throttling.UnderVoltageOccurred)) != 0)
                notices.Add("the supply's voltage is or was too low: a stronger supply or a shorter cable keeps the clock up.");
            if ((flags & (Throttling.Throttled | Throttling.ThrottledOccurred | Throttling.SoftTemperatureLimit | Throttling.SoftTemperatureLimitOccurred)) != 0)
                notices.Add("heat lowers or lowered the clock: a heat sink or a fan keeps the clock up.");
        }
        return notices;
    }
}
