namespace LoRDBA.Examples.HomePanel.Configuration;

/// <summary>All that can be configured; appsettings.json has the defaults, and the README says what each means.</summary>
internal sealed class PanelOptions
{
    public LinesOptions Lines { get; set; } = new();
    public ButtonOptions Button { get; set; } = new();
    public SensorOptions Sensor { get; set; } = new();
    public CommandsOptions Commands { get; set; } = new();
    public StoreOptions Store { get; set; } = new();
    public EngineSection Engine { get; set; } = new();
    public GovernorSection Governor { get; set; } = new();
    public ModelOptions Model { get; set; } = new();
    public TestOptions Test { get; set; } = new();
    public List<HouseholdOptions> Households { get; set; } = [];
}

/// <summary>Offsets on one GPIO chip.</summary>
internal sealed class LinesOptions
{
    /// <summary>The number in /dev/gpiochipN, or "none" for simulated lines. Null: chip 0 where there is one, otherwise none.</summary>
    public string? Chip { get; set; }

    public int Button { get; set; }
    public int Light { get; set; }
    public int Relay { get; set; }
    public int Ready { get; set; }
    public int Busy { get; set; }

    /// <summary>The button pulls its line to ground, against the pull-up of the board.</summary>
    public bool ButtonActiveLow { get; set; }

    /// <summary>Whether the lines are simulated.</summary>
    public bool AreSimulated => Chip is null ? !File.Exists("/dev/gpiochip0") : Chip == OptionWords.None;
}

internal sealed class ButtonOptions
{
    /// <summary>Held as long as this, the button switches the household.</summary>
    public TimeSpan LongPress { get; set; }

    /// <summary>How long the line must stay as it is before a change counts.</summary>
    public TimeSpan Debounce { get; set; }
}

internal sealed class SensorOptions
{
    /// <summary>The number in /dev/i2c-N.</summary>
    public int Bus { get; set; }

    /// <summary>0x76 or 0x77 for a BME280, 0x44 or 0x45 for an SHT3x, "none" for no sensor.</summary>
    public string Address { get; set; } = OptionWords.None;
}

internal sealed class CommandsOptions
{
    /// <summary>"-" for standard input and output, the path of a terminal, or "none".</summary>
    public string Port { get; set; } = OptionWords.StandardInput;
}

internal sealed class StoreOptions
{
    /// <summary>Where updated adapters are kept; empty: the embedded ones alone.</summary>
    public string Folder { get; set; } = "";
}

internal sealed class EngineSection
{
    /// <summary>0: as many as the model is worth.</summary>
    public int Threads { get; set; }
}

internal sealed class GovernorSection
{
    /// <summary>°C.</summary>
    public double MaxTemperature { get; set; }

    /// <summary>The folder that takes the place of / where temperatures are read.</summary>
    public string Root { get; set; } = "/";
}

internal sealed class ModelOptions
{
    /// <summary>A GGUF file; empty: the embedded one.</summary>
    public string Path { get; set; } = "";
}

internal sealed class TestOptions
{
    /// <summary>Lets a bench stop the generating loop by !hang.</summary>
    public bool Hooks { get; set; }
}

/// <summary>What one household says, and what the panel does then.</summary>
internal sealed class HouseholdOptions
{
    /// <summary>The name in the adapter's file.</summary>
    public string Name { get; set; } = "";

    /// <summary>A .lordba file, or one of the program's own: "embedded:home-en.lordba".</summary>
    public string Adapter { get; set; } = "";

    /// <summary>What a short press says: the first one, the next one at the next press, and so on.</summary>
    public List<string> ButtonCommands { get; set; } = [];

    /// <summary>The line of a device as answers name it: "light.luma", or "light.*" for all that begin so; Light or Relay.</summary>
    public Dictionary<string, string> Devices { get; set; } = [];

    /// <summary>The action that sets a line.</summary>
    public string On { get; set; } = "";

    /// <summary>The action that clears it.</summary>
    public string Off { get; set; } = "";

    /// <summary>Commands and the answers that a sound adapter gives.</summary>
    public Dictionary<string, string> Golden { get; set; } = [];
}

/// <summary>Words that stand for no thing or for a special one.</summary>
internal static class OptionWords
{
    public const string None = "none";
    public const string StandardInput = "-";
    public const string Embedded = "embedded:";
}
