namespace LoRDBA.Examples.SmartHome.Training.Corpus;

/// <summary>A way of saying something: {s} the device as the subject, {o} as the object, {v} the number.</summary>
/// <param name="Text">The words.</param>
/// <param name="Reserved">Kept out of what adapters are trained on: only the base has seen it, in other households.</param>
internal sealed record Phrase(string Text, bool Reserved)
{
    /// <summary>The last phrase of a list is the reserved one.</summary>
    public static IReadOnlyList<Phrase> List(params string[] texts) =>
        [.. texts.Select((text, index) => new Phrase(text, index == texts.Length - 1))];
}

/// <summary>How commands are worded in one language.</summary>
internal interface ILanguage
{
    IReadOnlyList<Phrase> Phrases(DeviceKind kind, ActionKind action);

    /// <summary>The whole sentence, with a courtesy before or after it now and then.</summary>
    string Say(Phrase phrase, DeviceName name, int? value, Random random);

    /// <summary>A device name for the made-up households of pretraining.</summary>
    DeviceName DrawName(DeviceKind kind, Random random);
}
