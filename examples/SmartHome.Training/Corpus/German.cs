using static LoRDBA.Examples.SmartHome.Training.Corpus.ActionKind;
using static LoRDBA.Examples.SmartHome.Training.Corpus.DeviceKind;

namespace LoRDBA.Examples.SmartHome.Training.Corpus;

/// <summary>German commands; nouns carry their gender, because "der" becomes "den" in the object.</summary>
internal sealed class German : ILanguage
{
    private static readonly Courtesies Courtesies = new(
        Before: ["bitte ", "jetzt ", "hallo, ", "du, ", "sei so gut, ", "so, ", "komm, "],
        After: [" bitte", " jetzt", ", danke", ", ja"],
        NotBefore: ["{o}", "ich ", "in {v}", "Lautstärke "]);

    // The room with its preposition, and as the first half of a compound ("Küchenlampe").
    private static readonly (string Place, string Compound)[] Rooms =
    [
        ("in der Küche", "Küchen"), ("im Bad", "Bad"), ("im Schlafzimmer", "Schlafzimmer"), ("im Wohnzimmer", "Wohnzimmer"), ("im Flur", "Flur"),
        ("auf dem Dachboden", "Dachboden"), ("in der Garage", "Garagen"), ("im Büro", "Büro"), ("im Kinderzimmer", "Kinderzimmer"),
        ("im Keller", "Keller"), ("im Garten", "Garten"), ("auf dem Balkon", "Balkon"), ("in der Werkstatt", "Werkstatt"),
        ("auf der Terrasse", "Terrassen"), ("im Esszimmer", "Esszimmer"), ("im Gästezimmer", "Gästezimmer"), ("im Hof", "Hof"), ("auf der Treppe", "Treppen"),
    ];

    private static readonly string[] Adjectives =
        ["groß", "klein", "alt", "neu", "link", "recht", "vorder", "hinter", "rot", "blau", "weiß", "rund", "lang", "hell", "schön", "gut"];

    private static readonly string[] Places =
        ["an der Tür", "am Fenster", "über dem Tisch", "über dem Bett", "neben dem Sofa", "hinter dem Sessel", "auf dem Regal", "am Tor", "am Herd"];

    private static readonly string[] Lights = ["die Lampe", "das Licht", "die Leuchte", "der Strahler", "die Laterne", "die Kerze"];
    private static readonly string[] Blinds = ["der Rollladen", "die Jalousie", "der Vorhang", "das Rollo", "die Markise"];
    private static readonly string[] Heaters = ["die Heizung", "der Heizkörper", "der Ofen", "der Kamin", "das Thermostat"];
    private static readonly string[] Plugs = ["der Ventilator", "die Maschine", "die Pumpe", "der Wasserkocher", "der Drucker", "das Ladegerät", "der Toaster"];
    private static readonly string[] Speakers = ["das Radio", "der Lautsprecher", "der Fernseher", "die Anlage", "der Spieler"];

    private static readonly IReadOnlyList<Phrase> OnPhrases = Phrase.List(
        "schalte {o} ein", "schalte {o} an", "mach {o} an", "{o} an", "{o} einschalten", "stell {o} an", "starte {o}", "ich will {o} an haben", "ich brauche {o}");

    private static readonly IReadOnlyList<Phrase> OffPhrases = Phrase.List(
        "schalte {o} aus", "schalte {o} ab", "mach {o} aus", "{o} aus", "{o} ausschalten", "stell {o} ab", "stopp {o}", "ich will {o} aus haben",
        "ich brauche {o} nicht mehr");

    private static readonly IReadOnlyList<Phrase> OpenPhrases = Phrase.List(
        "öffne {o}", "fahr {o} hoch", "mach {o} auf", "{o} auf", "{o} öffnen", "zieh {o} hoch", "lass {o} hoch");

    private static readonly IReadOnlyList<Phrase> ClosePhrases = Phrase.List(
        "schließe {o}", "fahr {o} runter", "mach {o} zu", "{o} zu", "{o} schließen", "zieh {o} runter", "lass {o} herunter");

    private static readonly IReadOnlyList<Phrase> PercentPhrases = Phrase.List(
        "stelle {o} auf {v} Prozent", "setz {o} auf {v}%", "bring {o} auf {v} Prozent", "{o} auf {v} Prozent", "regle {o} auf {v}",
        "ich will {o} auf {v} Prozent", "ich möchte {v} Prozent für {o}", "ändere {o} auf {v} Prozent");

    private static readonly IReadOnlyList<Phrase> DegreesPhrases = Phrase.List(
        "stelle {o} auf {v} Grad", "setz {o} auf {v} Grad", "bring {o} auf {v} Grad", "{o} auf {v} Grad", "regle {o} auf {v}", "ich will {o} auf {v} Grad",
        "ich möchte {v} Grad für {o}");

    private static readonly IReadOnlyList<Phrase> VolumePhrases = Phrase.List(
        "stelle {o} auf {v}", "setz {o} auf Lautstärke {v}", "{o} auf {v}", "regle {o} auf Lautstärke {v}", "Lautstärke {v} für {o}", "ich will {o} auf {v}",
        "spiel {o} mit {v}");

    private static readonly IReadOnlyList<Phrase> AskPhrases = Phrase.List(
        "was macht {s}?", "wie steht {s}?", "prüfe {o}", "zeig mir {o}", "wie ist {s} eingestellt?", "sag mir, was {s} macht", "und {s}?");

    private static readonly IReadOnlyList<Phrase> OnAfterPhrases = Phrase.List(
        "schalte {o} in {v} Minuten ein", "mach {o} in {v} Minuten an", "in {v} Minuten {o} an", "{o} in {v} Minuten einschalten", "starte {o} nach {v} Minuten",
        "warte {v} Minuten und schalte {o} ein");

    private static readonly IReadOnlyList<Phrase> OffAfterPhrases = Phrase.List(
        "schalte {o} in {v} Minuten aus", "mach {o} in {v} Minuten aus", "in {v} Minuten {o} aus", "{o} in {v} Minuten ausschalten", "stopp {o} nach {v} Minuten",
        "warte {v} Minuten und schalte {o} aus");

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

    /// <summary>"der Ofen im Bad" with its object "den Ofen im Bad"; only masculine articles and adjectives change.</summary>
    public static DeviceName Named(string subject)
    {
        if (!subject.StartsWith("der ", StringComparison.Ordinal))
            return new DeviceName(subject);
        var words = subject.Split(' ');
        words[0] = "den";
        // "der alte Ofen", "den alten Ofen": a small letter after the article is an adjective.
        if (char.IsLower(words[1][0]))
            words[1] += "n";
        return new DeviceName(subject, string.Join(' ', words));
    }

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
        var (article, word) = (noun[..4], noun[4..]);
        return Named(random.Next(6) switch
        {
            0 or 1 => $"{article}{random.Pick(Rooms).Compound}{word.ToLowerInvariant()}",
            2 => $"{noun} {random.Pick(Rooms).Place}",
            3 => $"{article}{random.Pick(Adjectives)}e {word}",
            4 => $"{noun} {random.Pick(Places)}",
            _ => $"{article}{Sentence.Capital(Sentence.MadeUpWord(random))}-{word}",
        });
    }
}
