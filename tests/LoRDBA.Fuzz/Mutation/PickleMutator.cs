using System.Text;

namespace LoRDBA.Fuzz.Mutation;

/// <summary>Changes a pickle by whole operations, some of which it knows.</summary>
internal static class PickleMutator
{
    private static readonly string[] Operations =
    [
        "}", "(", ")", "t", "u", "s", "R", "Q", ".", "N", "q\0", "h\0", "h\u0001", "r\u0001\0\0\0", "j\u0001\0\0\0", "K\0", "K\u0001", "M\0\u0001", "J\u00ff\u00ff\u00ff\u00ff", "J\0\0\0\u0080", "\u0085", "\u0086", "\u0087",
        "\u0088", "\u0089", "G\u007f\u00f0\0\0\0\0\0\0", "G\u0040\0\0\0\0\0\0\0", "ctorch\nHalfStorage\n", "ctorch\nByteStorage\n", "ccollections\nOrderedDict\n", "ctorch._utils\n_rebuild_tensor_v2\n", "cos\nsystem\n",
        "X\u0007\0\0\0storage", "X\u0003\0\0\0cpu", "X\u0003\0\0\0bp1", "X\u0007\0\0\0mid_dim", "X\u0007\0\0\0scaling", "X\u0001\0\0\00", "X\u0001\0\0\04",
    ];

    /// <inheritdoc cref="Mutator"/>
    public static byte[] Mutate(byte[] input, byte[] other, Random random)
    {
        if (random.Next(3) == 0) return ByteMutator.Mutate(input, other, random);
        var bytes = input.ToList();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var at = random.Next(bytes.Count + 1);
            if (random.Next(3) == 0) bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at));
            bytes.InsertRange(at, Encoding.Latin1.GetBytes(Chance.Of(random, Operations)));
        }
        return [.. bytes];
    }
}
