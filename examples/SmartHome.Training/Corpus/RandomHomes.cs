using static LoRDBA.Examples.SmartHome.Training.Corpus.DeviceKind;

namespace LoRDBA.Examples.SmartHome.Training.Corpus;

/// <summary>Draws households that differ in language, devices, ids and dialect: what the base is pretrained on. From them it learns the
/// languages, the copying of numbers and the pieces of which replies are made, but nothing about any one household.</summary>
internal static class RandomHomes
{
    private static readonly ILanguage[] Languages = [new English(), new German()];
    private static readonly DeviceKind[] Kinds = Enum.GetValues<DeviceKind>();

    private static readonly string[] On = ["on", "ON", "start", "enable", "up", "ein", "an", "EIN", "AN", "1", "true", "go", "active"];
    private static readonly string[] Off = ["off", "OFF", "stop", "disable", "down", "aus", "ab", "AUS", "0", "false", "halt", "idle"];
    private static readonly string[] Open = ["open", "OPEN", "up", "auf", "AUF", "hoch", "raise", "lift", "HOCH"];
    private static readonly string[] Close = ["close", "CLOSE", "down", "zu", "ZU", "ab", "lower", "shut", "RUNTER"];
    private static readonly string[] Ask = ["?", "ask", "get", "state", "info", "status", "frage", "INFO", "read", "STATUS"];

    private static readonly Dictionary<DeviceKind, string[]> KindWords = new()
    {
        [Light] = ["light", "lamp", "licht", "L", "lux", "LICHT"],
        [Blind] = ["blind", "shade", "rollo", "B", "window", "ROLLO"],
        [Heater] = ["heat", "warm", "ofen", "H", "therm", "HEIZ"],
        [Plug] = ["plug", "switch", "dose", "P", "power", "DOSE"],
        [Speaker] = ["audio", "sound", "ton", "A", "music", "TON"],
    };

    private static readonly Dictionary<DeviceKind, string[]> SettingWords = new()
    {
        [Light] = ["dim", "level", "bright", "set", "stufe", "hell", "STUFE", "wert"],
        [Blind] = ["pos", "height", "move", "set", "lage", "HOEHE", "roll", "wert"],
        [Heater] = ["temp", "warm", "deg", "set", "grad", "GRAD", "soll", "wert"],
        [Plug] = ["set"],
        [Speaker] = ["vol", "volume", "loud", "set", "laut", "LAUT", "ton", "wert"],
    };

    // Without a number, with one, timed. The two households of the example are laid out in none of these ways.
    private static readonly (string Plain, string Valued, string Timed)[] Layouts =
    [
        ("{w} {i}", "{w} {i} {v}", "{w} {i} in {v}"),
        ("{i} {w}", "{i} {w} {v}", "{i} {w} @{v}"),
        ("{w}({i})", "{w}({i}, {v})", "{w}({i}, after {v})"),
        ("{i}={w}", "{i}={v}", "{i}={w}+{v}"),
        ("{i}:{w}", "{i}:{w}:{v}", "{i}:{w}:in:{v}"),
        ("{k}/{i}/{w}", "{k}/{i}/{w}/{v}", "{k}/{i}/{w}/t{v}"),
        ("{k} {i}: {w}", "{k} {i}: {w} {v}", "{k} {i}: {w} nach {v}"),
        ("<{i} {w}>", "<{i} {w} {v}>", "<{i} {w} {v}min>"),
        ("{\"id\":\"{i}\",\"do\":\"{w}\"}", "{\"id\":\"{i}\",\"{w}\":{v}}", "{\"id\":\"{i}\",\"do\":\"{w}\",\"in\":{v}}"),
        ("{i}.{w}", "{i}.{w} {v}", "{i}.{w} in {v}m"),
        ("{w} {k} {i}", "{w} {k} {i} = {v}", "{w} {k} {i} after {v}m"),
        ("[{k} {i}] {w}", "[{k} {i}] {v}", "[{k} {i}] {w} NACH {v}"),
    ];

    public static Home Draw(Random random)
    {
        var language = random.Pick(Languages);
        var ids = random.Next(5);
        var devices = Enumerable.Range(0, random.Next(1, 4)).Select(_ =>
        {
            var kind = random.Pick(Kinds);
            return new Device(kind, DrawId(ids, random), language.DrawName(kind, random));
        });
        return new Home("random", language, [.. devices], DrawDialect(random));
    }

    private static string DrawId(int style, Random random) => style switch
    {
        0 => Sentence.MadeUpWord(random),
        1 => $"{(char)('A' + random.Next(26))}{random.Next(1, 10)}",
        2 => $"{(char)('a' + random.Next(26))}{random.Next(10, 100)}",
        3 => $"{Sentence.MadeUpWord(random)}-{random.Next(1, 10)}",
        _ => $"{(char)('A' + random.Next(26))}{(char)('A' + random.Next(26))}",
    };

    private static Dialect DrawDialect(Random random)
    {
        var (plain, valued, timed) = random.Pick(Layouts);
        return new Dialect
        {
            Plain = plain,
            Valued = valued,
            Timed = timed,
            Asked = plain,
            Kinds = KindWords.ToDictionary(pair => pair.Key, pair => random.Pick(pair.Value)),
            Settings = SettingWords.ToDictionary(pair => pair.Key, pair => random.Pick(pair.Value)),
            On = random.Pick(On),
            Off = random.Pick(Off),
            Open = random.Pick(Open),
            Close = random.Pick(Close),
            Ask = random.Pick(Ask),
        };
    }
}
