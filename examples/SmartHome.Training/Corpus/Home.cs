namespace LoRDBA.Examples.SmartHome.Training.Corpus;

/// <summary>What a device is; decides which actions it knows and how people speak of them.</summary>
internal enum DeviceKind
{
    Light,
    Blind,
    Heater,
    Plug,
    Speaker,
}

/// <summary>What a command wants done. The numbers of <see cref="Set"/> are percent, degrees or volume; of the two timed ones, minutes.</summary>
internal enum ActionKind
{
    On,
    Off,
    Open,
    Close,
    Set,
    Ask,
    OnAfter,
    OffAfter,
}

/// <summary>How a device is called, as the subject and as the object of a sentence (German: "der alte Ofen", "den alten Ofen").</summary>
internal sealed record DeviceName(string Subject, string Object)
{
    public DeviceName(string both)
        : this(both, both)
    {
    }
}

/// <summary>A device: what its household calls it, and the id by which its controller knows it.</summary>
internal sealed record Device(DeviceKind Kind, string Id, params DeviceName[] Names);

/// <summary>Something said to a household and what it means.</summary>
internal sealed record Command(Phrase Phrase, DeviceName Name, string Prompt, string Reply);

/// <summary>A household: its language, its devices and the dialect that its controller understands.</summary>
internal sealed record Home(string Name, ILanguage Language, IReadOnlyList<Device> Devices, Dialect Dialect)
{
    /// <summary>Draws a command: device, name, action, phrase, value, courtesies, each uniformly.</summary>
    public Command Draw(Random random)
    {
        var device = random.Pick(Devices);
        var name = random.Pick(device.Names);
        var action = random.Pick(Actions(device.Kind));
        var phrase = random.Pick(Language.Phrases(device.Kind, action));
        int? value = phrase.Text.Contains("{v}", StringComparison.Ordinal) ? DrawValue(random, device.Kind, action) : null;
        return new Command(phrase, name, Language.Say(phrase, name, value, random), Dialect.Reply(device, action, value));
    }

    public static IReadOnlyList<ActionKind> Actions(DeviceKind kind) => kind switch
    {
        DeviceKind.Blind => [ActionKind.Open, ActionKind.Close, ActionKind.Set, ActionKind.Set, ActionKind.Ask],
        DeviceKind.Plug => [ActionKind.On, ActionKind.Off, ActionKind.Ask, ActionKind.OnAfter, ActionKind.OffAfter],
        _ => [ActionKind.On, ActionKind.Off, ActionKind.Set, ActionKind.Set, ActionKind.Ask, ActionKind.OnAfter, ActionKind.OffAfter],
    };

    private static int DrawValue(Random random, DeviceKind kind, ActionKind action) => (action, kind) switch
    {
        (ActionKind.OnAfter or ActionKind.OffAfter, _) => random.Next(2, 60),
        (_, DeviceKind.Heater) => random.Next(5, 30),
        _ => random.Next(2) == 0 ? 5 * random.Next(1, 20) : random.Next(1, 100),
    };
}
