namespace LoRDBA.Fuzz.Mutation;

/// <summary>Makes a new input of two known ones. Neither is changed.</summary>
internal delegate byte[] Mutator(byte[] input, byte[] other, Random random);

/// <summary>What is taken for a number, and choices that all mutators make.</summary>
internal static class Chance
{
    private static readonly ulong[] Edges =
    [
        0, 1, 2, 7, 8, 16, 31, 32, 33, 63, 64, 65, 127, 128, 255, 256, 4095, 4096, 65535, 65536, 1 << 20, (1 << 24) - 1, 1 << 24, int.MaxValue, 1ul << 31, uint.MaxValue, 1ul << 32,
        (1ul << 32) + 1, 1ul << 47, (1ul << 61) + 1, 1ul << 62, long.MaxValue, 1ul << 63, (1ul << 63) + 1, ulong.MaxValue - 31, ulong.MaxValue,
    ];

    /// <summary>A number at which something ends, or one near <paramref name="now"/>.</summary>
    public static ulong Number(Random random, ulong now = 0) => random.Next(3) switch
    {
        0 => now + (ulong)random.Next(-4, 5),
        1 => (ulong)random.Next(300),
        _ => Edges[random.Next(Edges.Length)],
    };

    /// <summary>One of several.</summary>
    public static T Of<T>(Random random, IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];

    /// <summary>A range of something of this length; empty ranges and short ones are as likely as long ones.</summary>
    public static (int Start, int End) Range(Random random, int length)
    {
        var start = random.Next(length + 1);
        return (start, start + Math.Min(length - start, random.Next(1 << random.Next(10))));
    }
}
