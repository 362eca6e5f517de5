using static LoRDBA.Examples.SmartHome.Training.Corpus.ActionKind;
using static LoRDBA.Examples.SmartHome.Training.Corpus.DeviceKind;

namespace LoRDBA.Examples.SmartHome.Training.Corpus;

/// <summary>English commands.</summary>
internal sealed class English : ILanguage
{
    private static readonly Courtesies Courtesies = new(
        Before: ["please ", "now ", "can you ", "could you ", "would you ", "hey, ", "okay, "],
        After: [" please", " now", " for me", ", thanks"],
        NotBefore: ["{o}", "I ", "we ", "in {v}", "volume "]);

    private static readonly string[] Rooms =
    [
        "kitchen", "bedroom", "living room", "bathroom", "hall", "attic", "garage", "office", "nursery", "cellar", "porch", "garden",
        "pantry", "study", "dining room", "guest room", "balcony", "workshop",
    ];

    private static readonly string[] Adjectives =
        ["big", "small", "old", "new", "left", "right", "front", "back", "red", "blue", "white", "round", "tall", "reading", "corner", "desk", "wall", "night"];

    private static readonly string[] Places =
        ["by the door", "by the window", "over the table", "over the bed", "next to the sofa", "behind the chair", "on the shelf", "near the stairs", "at the gate"];

    private static readonly string[] Lights = ["lamp", "light", "lantern", "spotlight", "bulb", "candle"];
    private static readonly string[] Blinds = ["blind", "shutter", "curtain", "shade", "awning"];
    private static readonly string[] Heaters = ["heater", "radiator", "heating", "stove", "boiler"];
    private static readonly string[] Plugs = ["fan", "kettle", "machine", "pump", "charger", "printer", "oven", "maker", "toaster"];
    private static readonly string[] Speakers = ["radio", "speaker", "stereo", "television", "player"];

    private static readonly IReadOnlyList<Phrase> OnPhrases = Phrase.List(
        "turn on {o}", "switch on {o}", "turn {o} on", "switch {o} on", "{o} on", "put {o} on", "start {o}", "get {o} going", "I want {o} on", "I need {o}");

    private static readonly IReadOnlyList<Phrase> OffPhrases = Phrase.List(
        "turn off {o}", "switch off {o}", "turn {o} off", "switch {o} off", "{o} off", "shut off {o}", "stop {o}", "I want {o} off", "we are done with {o}");

    private static readonly IReadOnlyList<Phrase> OpenPhrases = Phrase.List(
        "open {o}", "raise {o}", "pull up {o}", "roll {o} up", "{o} up", "let {o} up", "lift {o}");

    private static readonly IReadOnlyList<Phrase> ClosePhrases = Phrase.List(
        "close {o}", "lower {o}", "pull down {o}", "roll {o} down", "{o} down", "let {o} down", "shut {o}");

    private static readonly IReadOnlyList<Phrase> PercentPhrases = Phrase.List(
        "set {o} to {v} percent", "put {o} at {v}%", "bring {o} to {v} percent", "{o} at {v} percent", "change {o} to {v}", "I want {o} at {v} percent",
        "make it {v} percent for {o}", "move {o} to {v} percent");

    private static readonly IReadOnlyList<Phrase> DegreesPhrases = Phrase.List(
        "set {o} to {v} degrees", "put {o} at {v} degrees", "turn {o} to {v}", "{o} at {v} degrees", "change {o} to {v}", "I want {o} at {v} degrees",
        "make it {v} degrees with {o}");

    private static readonly IReadOnlyList<Phrase> VolumePhrases = Phrase.List(
        "set {o} to {v}", "turn {o} to volume {v}", "put {o} at {v}", "volume {v} on {o}", "change {o} to volume {v}", "I want {o} at {v}", "play {o} at {v}");

    private static readonly IReadOnlyList<Phrase> AskPhrases = Phrase.List(
        "what is {s} doing?", "how is {s} set?", "check {o}", "tell me about {o}", "what's the state of {o}?", "show me {o}", "how about {o}?");

    private static readonly IReadOnlyList<Phrase> OnAfterPhrases = Phrase.List(
        "turn on {o} in {v} minutes", "switch {o} on in {v} minutes", "in {v} minutes turn {o} on", "{o} on in {v} minutes", "start {o} after {v} minutes",
        "wait {v} minutes and switch on {o}");

    private static readonly IReadOnlyList<Phrase> OffAfterPhrases = Phrase.List(
        "turn off {o} in {v} minutes", "switch {o} off in {v} minutes", "in {v} minutes turn {o} off", "{o} off in {v} minutes", "stop {o} after {v} minutes",
        "wait {v} minutes and switch off {o}");

    public IReadOnlyList<Phrase> Phrases(DeviceKind kind, ActionKind action) => (action, kind) switch
    {
        (On, _) => OnPhrases,
        (Off, _) => OffPhrases,
        (Open, _) => OpenPhrases,
        (Close, _) => ClosePhrases,
        (Set, Heater) => DegreesPhrases,
        (Set, Speaker) => VolumePhrases,
        (Set, _) => PercentPhrases,
        (OnAfter, _) => OnAfterPhrases,
        (OffAfter, _) => OffAfterPhrases,
        _ => AskPhrases,
    };

    public string Say(Phrase phrase, DeviceName name, int? value, Random random) =>
        Sentence.Write(phrase, name, value, Courtesies, random);

    public DeviceName DrawName(DeviceKind kind, Random random)
    {
        var noun = random.Pick(kind switch
        {
            Light => Lights,
            Blind => Blinds,
            Heater => Heaters,
            Plug => Plugs,
            _ => Speakers,
        });
        return new DeviceName(random.Next(6) switch
        {
            0 or 1 => $"the {random.Pick(Rooms)} {noun}",
            2 => $"the {noun} in the {random.Pick(Rooms)}",
            3 => $"the {random.Pick(Adjectives)} {noun}",
            4 => $"the {noun} {random.Pick(Places)}",
            _ => $"the {Sentence.MadeUpWord(random)} {noun}",
        });
    }
}
