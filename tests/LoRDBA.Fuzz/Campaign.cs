using System.Buffers.Binary;
using LoRDBA.Fuzz.Mutation;
using LoRDBA.Fuzz.Targets;

namespace LoRDBA.Fuzz;

/// <summary>A target with what its inputs begin from and how they are changed. A new target is a row here and in <see cref="Target.All"/>.</summary>
internal sealed record Campaign(Func<Target> Target, Func<IEnumerable<byte[]>> Seeds, Mutator Mutate)
{
    private static readonly TextMutator Template = new(
    [
        "{{", "}}", "{%", "%}", "{#", "#}", "{%-", "-%}", "{% for x in messages %}", "{% endfor %}", "{% if x %}", "{% else %}", "{% endif %}", "{% set x = 1 %}", "{% macro m(x) %}", "{% endmacro %}",
        "namespace()", "messages", "loop", "x", "m", "(", ")", "[", "]", "{", "}", "|", ".", ",", ":", "~", "+", "-", "*", "**", "/", "//", "%", "==", "<", " in ", " is ", " not ", " and ", " if ", " else ",
        "range(9)", "dict(a=1)", "strftime_now('%Y %B %%')", "raise_exception('x')", "tojson", "sort", "map", "join", "replace", "indent", "split", "items", "select", "groupby", "[::-1]", "true", "none", "9223372036854775807",
    ]);

    private static readonly TextMutator Json = new(
    [
        "{", "}", "[", "]", ":", ",", "null", "true", "false", "\"\"", "{}", "[[", "\"r\"", "\"lora_alpha\"", "\"rank_pattern\"", "\"alpha_pattern\"", "\"peft_type\"", "\"LORA\"", "\"dtype\"", "\"shape\"",
        "\"data_offsets\"", "\"F16\"", "\"__metadata__\"", "(a+)+", "\\\\d", "|", "*", "(?<x>", "\\\\k<x>", "{9999}", "[^", "(?i)", ".lora_A.weight", "q_proj", "layers.0", "{1000}", "\\\\b", "[a-z]", "\"lora_parameters\"", "\"scale\"", ".lora_a", ".default", "module.", "_orig_mod.", "language_model.",
    ]);

    private static readonly TextMutator Text = new(["a", "b", "c", " ", "  ", "<|x|>", "<tool>", "\n", "1", "123", "é", "'s", "'S", "\u2581", "\u3000", "漢", "\u0301", "!", "\t"]);

    /// <summary>One for each target.</summary>
    public static IReadOnlyDictionary<string, Campaign> All { get; } = new Dictionary<string, Campaign>
    {
        ["gguf"] = new(() => new GgufTarget(), Fuzz.Seeds.Gguf, GgufMutator.Mutate),
        ["lordba"] = new(() => new LordbaTarget(), Fuzz.Seeds.Lordba, LordbaMutator.Mutate),
        ["peft"] = new(() => new PeftTarget(), Fuzz.Seeds.Peft, (input, other, random) => MutatePart(input, other, random, Json.Mutate, MutateSafetensors)),
        ["archive"] = new(() => new TorchArchiveTarget(), Fuzz.Seeds.Archive, ByteMutator.Mutate),
        ["pickle"] = new(() => new PickleTarget(), Fuzz.Seeds.Pickle, PickleMutator.Mutate),
        ["chat"] = new(() => new ChatTarget(), Fuzz.Seeds.Chat, Template.Mutate),
        ["tokenizer"] = new(() => new TokenizerTarget(), Fuzz.Seeds.Tokenizer, (input, other, random) => MutatePart(input, other, random, Text.Mutate, GgufMutator.Mutate)),
    };

    /// <summary>Changes one part of an input of two, or takes it from the other.</summary>
    private static byte[] MutatePart(byte[] input, byte[] other, Random random, Mutator mutateFirst, Mutator mutateSecond)
    {
        var ((first, second), (otherFirst, otherSecond)) = (Targets.Target.Split(input), Targets.Target.Split(other));
        return random.Next(8) switch
        {
            0 => Targets.Target.Join(first, otherSecond),
            < 4 => Targets.Target.Join(mutateFirst(first, otherFirst, random), second),
            _ => Targets.Target.Join(first, mutateSecond(second, otherSecond, random)),
        };
    }

    /// <summary>Changes the header, whose length then is true, or anything.</summary>
    private static byte[] MutateSafetensors(byte[] file, byte[] other, Random random)
    {
        if (file.Length < sizeof(ulong) || random.Next(5) == 0) return ByteMutator.Mutate(file, other, random);
        var end = sizeof(ulong) + (int)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(file), (ulong)(file.Length - sizeof(ulong)));
        var header = Json.Mutate(file[sizeof(ulong)..end], other, random);
        return [.. BitConverter.GetBytes((ulong)header.Length), .. header, .. file[end..]];
    }
}
