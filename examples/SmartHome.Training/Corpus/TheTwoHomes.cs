using static LoRDBA.Examples.SmartHome.Training.Corpus.DeviceKind;

namespace LoRDBA.Examples.SmartHome.Training.Corpus;

/// <summary>The two households of the example, one adapter each. All names are made up.</summary>
internal static class TheTwoHomes
{
    /// <summary>Replies like <c>light.orbi on</c>, <c>heat.coal warm 21</c>, <c>plug.mocha off in 10 min</c>.</summary>
    public static Home English { get; } = new("Alder Cottage", new English(),
    [
        new(Light, "orbi", new("the reading lamp"), new("the lamp by the armchair")),
        new(Light, "luma", new("the porch light"), new("the front door light")),
        new(Light, "finch", new("the string of lights"), new("the little light in the attic")),
        new(Light, "mira", new("the pantry light"), new("the light over the shelves")),
        new(Blind, "tarn", new("the bay window blind"), new("the big blind")),
        new(Blind, "silo", new("the nursery curtain"), new("the curtain in the nursery")),
        new(Heater, "ember", new("the study radiator"), new("the radiator in the study")),
        new(Heater, "coal", new("the bathroom heater"), new("the towel rail")),
        new(Plug, "mocha", new("the coffee machine"), new("the espresso maker")),
        new(Plug, "gale", new("the ceiling fan"), new("the fan over the bed")),
        new(Speaker, "brio", new("the kitchen radio"), new("the old radio")),
        new(Speaker, "pip", new("the garden speaker"), new("the speaker by the pond")),
    ],
    new Dialect
    {
        Plain = "{k}.{i} {w}",
        Valued = "{k}.{i} {w} {v}",
        Timed = "{k}.{i} {w} in {v} min",
        Asked = "{k}.{i} report",
        Kinds = new Dictionary<DeviceKind, string> { [Light] = "light", [Blind] = "shade", [Heater] = "heat", [Plug] = "plug", [Speaker] = "sound" },
        Settings = new Dictionary<DeviceKind, string> { [Light] = "dim", [Blind] = "roll", [Heater] = "warm", [Plug] = "set", [Speaker] = "loud" },
        On = "on",
        Off = "off",
        Open = "open",
        Close = "close",
        Ask = "report",
    });

    /// <summary>Replies like <c>[K2] AN</c>, <c>[H8] GRAD=21</c>, <c>[S6] AUS IN 10</c>.</summary>
    public static Home German { get; } = new("Haus Lindenhof", new German(),
    [
        new(Light, "K2", Corpus.German.Named("die Küchenlampe"), Corpus.German.Named("die Lampe über dem Herd")),
        new(Light, "F7", Corpus.German.Named("das Hoflicht"), Corpus.German.Named("das Licht am Tor")),
        new(Light, "W4", Corpus.German.Named("die Leselampe"), Corpus.German.Named("die Lampe neben dem Sofa")),
        new(Light, "T9", Corpus.German.Named("die Treppenleuchte"), Corpus.German.Named("das Licht auf der Treppe")),
        new(Blind, "R1", Corpus.German.Named("der Rollladen im Bad"), Corpus.German.Named("das Badrollo")),
        new(Blind, "R5", Corpus.German.Named("die Jalousie im Büro"), Corpus.German.Named("die große Jalousie")),
        new(Heater, "H3", Corpus.German.Named("die Heizung im Kinderzimmer"), Corpus.German.Named("der Heizkörper am Bett")),
        new(Heater, "H8", Corpus.German.Named("der Kachelofen"), Corpus.German.Named("der alte Ofen")),
        new(Plug, "S6", Corpus.German.Named("die Kaffeemaschine"), Corpus.German.Named("der Espressokocher")),
        new(Plug, "P2", Corpus.German.Named("die Teichpumpe"), Corpus.German.Named("die Pumpe im Garten")),
        new(Speaker, "M4", Corpus.German.Named("das Radio in der Werkstatt"), Corpus.German.Named("das Werkstattradio")),
        new(Speaker, "M9", Corpus.German.Named("der Fernseher"), Corpus.German.Named("der große Bildschirm")),
    ],
    new Dialect
    {
        Plain = "[{i}] {w}",
        Valued = "[{i}] {w}={v}",
        Timed = "[{i}] {w} IN {v}",
        Asked = "[{i}] {w}",
        Kinds = new Dictionary<DeviceKind, string> { [Light] = "", [Blind] = "", [Heater] = "", [Plug] = "", [Speaker] = "" },
        Settings = new Dictionary<DeviceKind, string> { [Light] = "STUFE", [Blind] = "LAGE", [Heater] = "GRAD", [Plug] = "", [Speaker] = "TON" },
        On = "AN",
        Off = "AUS",
        Open = "AUF",
        Close = "ZU",
        Ask = "??",
    });
}
