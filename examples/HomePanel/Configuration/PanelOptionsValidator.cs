using System.Globalization;
using LoRDBA.Examples.HomePanel.Lines;
using Microsoft.Extensions.Options;

namespace LoRDBA.Examples.HomePanel.Configuration;

/// <summary>Looks for all that cannot work, before anything is opened: a sentence each.</summary>
internal sealed class PanelOptionsValidator : IValidateOptions<PanelOptions>
{
    // No GPIO chip of a board has as many.
    private const int MostLines = 1024;
    private const int MostThreads = 256;

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, PanelOptions options)
    {
        var faults = Lines(options.Lines).Concat(Times(options.Button)).Concat(Others(options)).Concat(options.Households.SelectMany(Household)).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    /// <summary>The number of an I2C address that is written as 0x76, or null.</summary>
    public static int? AddressOf(string text) =>
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && int.TryParse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static IEnumerable<string> Lines(LinesOptions lines)
    {
        if (lines.Chip is { } chip && chip != OptionWords.None && !int.TryParse(chip, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            yield return $"Lines:Chip is '{chip}'; it must be the number in /dev/gpiochipN, or none.";
        (string Name, int Offset)[] offsets = [("Button", lines.Button), ("Light", lines.Light), ("Relay", lines.Relay), ("Ready", lines.Ready), ("Busy", lines.Busy)];
        foreach (var (name, offset) in offsets)
            if (offset is < 0 or >= MostLines) yield return $"Lines:{name} is {offset}; it must be an offset on the chip, from 0 to {MostLines - 1}.";
        foreach (var same in offsets.GroupBy(line => line.Offset).Where(same => same.Count() > 1))
            yield return $"Lines:{string.Join(" and Lines:", same.Select(line => line.Name))} are all {same.Key}; each needs a line of its own.";
    }

    private static IEnumerable<string> Times(ButtonOptions button)
    {
        if (button.Debounce < TimeSpan.Zero) yield return $"Button:Debounce is {button.Debounce}; it must not be negative.";
        if (button.LongPress <= button.Debounce) yield return $"Button:LongPress is {button.LongPress}; it must be longer than Button:Debounce, {button.Debounce}.";
    }

    private static IEnumerable<string> Others(PanelOptions options)
    {
        if (options.Sensor.Bus < 0) yield return $"Sensor:Bus is {options.Sensor.Bus}; it must be the number in /dev/i2c-N.";
        if (options.Sensor.Address != OptionWords.None && AddressOf(options.Sensor.Address) is not (0x76 or 0x77 or 0x44 or 0x45))
            yield return $"Sensor:Address is '{options.Sensor.Address}'; it must be 0x76 or 0x77 (BME280), 0x44 or 0x45 (SHT3x), or none.";
        if (options.Commands.Port.Length == 0) yield return "Commands:Port is empty; it must be - (standard input), the path of a terminal, or none.";
        if (options.Engine.Threads is < 0 or > MostThreads) yield return $"Engine:Threads is {options.Engine.Threads}; it must be from 0 (as many as the model is worth) to {MostThreads}.";
        if (options.Governor.MaxTemperature is not (>= 20 and <= 120)) yield return $"Governor:MaxTemperature is {options.Governor.MaxTemperature}; it must be from 20 to 120 °C.";
        if (options.Households.Count == 0) yield return "Households is empty; the panel needs one at least.";
        foreach (var same in options.Households.GroupBy(household => household.Name).Where(same => same.Count() > 1))
            yield return $"Households has {same.Count()} entries that are called '{same.Key}'; names must differ.";
    }

    private static IEnumerable<string> Household(HouseholdOptions household, int i)
    {
        if (household.Name.Length == 0) yield return $"Households:{i}:Name is empty; it must be the name in the adapter's file.";
        if (household.Adapter.Length == 0) yield return $"Households:{i}:Adapter is empty; it must be a .lordba file, or {OptionWords.Embedded}NAME.";
        if (household.ButtonCommands.Count == 0) yield return $"Households:{i}:ButtonCommands is empty; a short press needs a command.";
        if (household.On.Length == 0 || household.Off.Length == 0) yield return $"Households:{i}:On and Off must be the words that answers say.";
        if (household.Golden.Count == 0) yield return $"Households:{i}:Golden is empty; without a golden answer no adapter can be checked.";
        foreach (var (device, line) in household.Devices)
            if (!PanelLines.Driven.Contains(line)) yield return $"Households:{i}:Devices:{device} is '{line}'; it must be one of {string.Join(", ", PanelLines.Driven)}.";
    }
}
