using LoRDBA.Examples.HomePanel.Configuration;

namespace LoRDBA.Examples.HomePanel.Answering;

/// <summary>An output that an answer drives.</summary>
/// <param name="Line">Light or Relay.</param>
/// <param name="IsOn">Whether the line goes high.</param>
internal readonly record struct Intent(string Line, bool IsOn)
{
    /// <summary>
    /// The intent of an answer, by the household's table. Only a device and an action, such as <c>light.luma on</c> or <c>[W4] AN</c>,
    /// drive a line: a delay, a level, a question or an unknown device does not.
    /// </summary>
    public static Intent? Of(string answer, HouseholdOptions household)
    {
        if (answer.Split(' ') is not [var device, var action] || LineOf(device, household) is not { } line) return null;
        return action == household.On ? new(line, true) : action == household.Off ? new(line, false) : null;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Line.ToLowerInvariant()}={(IsOn ? "on" : "off")}";

    private static string? LineOf(string device, HouseholdOptions household)
    {
        if (household.Devices.TryGetValue(device, out var line)) return line;
        foreach (var (pattern, target) in household.Devices)
            if (pattern.EndsWith('*') && device.StartsWith(pattern[..^1], StringComparison.Ordinal)) return target;
        return null;
    }
}
