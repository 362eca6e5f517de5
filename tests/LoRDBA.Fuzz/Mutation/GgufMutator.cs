using System.Buffers.Binary;
using System.Text;
using LoRDBA.Tests;

namespace LoRDBA.Fuzz.Mutation;

/// <summary>Changes the entries of a GGUF file: what comes out has true counts and lengths except where they were the change.</summary>
internal static class GgufMutator
{
    /// <inheritdoc cref="Mutator"/>
    public static byte[] Mutate(byte[] input, byte[] other, Random random)
    {
        if (random.Next(5) == 0 || GgufParts.Of(input) is not { } parts) return ByteMutator.Mutate(input, other, random);
        var donor = GgufParts.Of(other) ?? parts;
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            if (random.Next(6) == 0) parts.Data = ByteMutator.Mutate(parts.Data, donor.Data, random);
            else if (random.Next(2) == 0) Change(parts.Keys, donor.Keys, ChangeKey, random);
            else Change(parts.Tensors, donor.Tensors, ChangeTensor, random);
        }
        return parts.ToArray();
    }

    private static void Change(List<byte[]> entries, List<byte[]> donors, Func<byte[], Random, byte[]> change, Random random)
    {
        var at = random.Next(entries.Count + 1);
        if (random.Next(5) == 0 && donors.Count > 0) entries.Insert(at, Chance.Of(random, donors));
        else if (at == entries.Count) return;
        else if (random.Next(8) == 0) entries.RemoveAt(at);
        else if (random.Next(8) == 0) (entries[at], entries[0]) = (entries[0], entries[at]);
        else entries[at] = change(entries[at], random);
    }

    private static byte[] ChangeKey(byte[] entry, Random random)
    {
        var name = entry[..NameEnd(entry)];
        var value = entry[name.Length..];
        return random.Next(5) switch
        {
            0 => [.. ChangeText(name, random), .. value],
            1 => [.. name, .. Value(random)],
            2 => [.. name, .. ChangeNumber(value, 4 * random.Next(0, 4), 4, random)],
            _ => [.. name, .. ChangeValue(value, random)],
        };
    }

    private static byte[] ChangeTensor(byte[] entry, Random random)
    {
        var name = entry[..NameEnd(entry)];
        var rest = entry[name.Length..];
        return random.Next(6) switch
        {
            0 => [.. ChangeText(name, random), .. rest],
            1 => [.. name, .. ChangeNumber(rest, 0, 4, random)],
            2 => [.. name, .. ChangeNumber(rest, rest.Length - 12, 4, random)],
            3 => [.. name, .. ChangeNumber(rest, rest.Length - 8, 8, random)],
            _ => [.. name, .. ChangeNumber(rest, 4 + 8 * random.Next(Math.Max(1, (rest.Length - 16) / 8)), 8, random)],
        };
    }

    private static byte[] ChangeValue(byte[] value, Random random)
    {
        const uint text = 8, array = 9;
        var type = value.Length < 4 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(value);
        if (type == text) return [.. value[..4], .. ChangeText(value[4..], random)];
        if (type != array) return ChangeNumber(value, 4, value.Length - 4, random);
        return random.Next(3) switch
        {
            0 => ChangeNumber(value, 8, 8, random),
            1 => ChangeNumber(value, random.Next(16, Math.Max(17, value.Length)), 1 << random.Next(4), random),
            _ => Shorten(value, random),
        };
    }

    /// <summary>An array with one element less, at its end, or twice its first: its count stays true.</summary>
    private static byte[] Shorten(byte[] value, Random random)
    {
        var count = value.Length < 16 ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(value.AsSpan(8));
        if (count == 0 || GgufParts.ValueLength(value) != value.Length) return value;
        var one = value.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(one.AsSpan(8), 1);
        var first = value[16..GgufParts.ValueLength(one)];
        var isLonger = random.Next(2) == 0;
        byte[] changed = isLonger ? [.. value[..16], .. first, .. value[16..]] : [.. value[..16], .. value[(16 + first.Length)..]];
        BinaryPrimitives.WriteUInt64LittleEndian(changed.AsSpan(8), isLonger ? count + 1 : count - 1);
        return changed;
    }

    /// <summary>A text with its length, which then is true or not.</summary>
    private static byte[] ChangeText(byte[] text, Random random)
    {
        if (text.Length < 8 || random.Next(6) == 0) return ChangeNumber(text, 0, 8, random);
        return GgufBuilder.Text(ByteMutator.Mutate(text[8..], text[8..], random));
    }

    private static byte[] ChangeNumber(byte[] bytes, int at, int width, Random random)
    {
        var changed = bytes.ToArray();
        if (at < 0 || at >= changed.Length) return changed;
        width = Math.Min(Math.Min(width, 8), changed.Length - at);
        Span<byte> number = stackalloc byte[8];
        number.Clear();
        changed.AsSpan(at, width).CopyTo(number);
        BinaryPrimitives.WriteUInt64LittleEndian(number, Chance.Number(random, BinaryPrimitives.ReadUInt64LittleEndian(number)));
        number[..width].CopyTo(changed.AsSpan(at));
        return changed;
    }

    private static byte[] Value(Random random) => random.Next(9) switch
    {
        0 => GgufBuilder.Bytes(0u, (byte)random.Next(256)),
        1 => GgufBuilder.Bytes(4u, (uint)Chance.Number(random)),
        2 => GgufBuilder.Bytes(5u, (int)Chance.Number(random)),
        3 => GgufBuilder.Bytes(6u, Chance.Of(random, [0f, 1f, -1f, 1e30f, float.NaN, float.PositiveInfinity, float.Epsilon])),
        4 => GgufBuilder.Bytes(7u, (byte)random.Next(3)),
        5 => GgufBuilder.Bytes(8u, GgufBuilder.Text(Encoding.UTF8.GetBytes(Chance.Of(random, ["", "llama", "gpt2", "yarn", "\0", "qwen2", "default"])))),
        6 => GgufBuilder.Bytes(9u, (uint)random.Next(14), Chance.Number(random), new byte[random.Next(64)]),
        7 => GgufBuilder.Bytes(10u, Chance.Number(random)),
        _ => GgufBuilder.Bytes(12u, double.NaN),
    };

    /// <summary>Where an entry's name ends: an earlier change may have made that the end of the entry.</summary>
    private static int NameEnd(byte[] entry) => entry.Length < 8 ? entry.Length : (int)Math.Min((ulong)entry.Length, 8 + BinaryPrimitives.ReadUInt64LittleEndian(entry) % int.MaxValue);
}
