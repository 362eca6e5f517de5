namespace LoRDBA.Fuzz.Mutation;

/// <summary>Changes bytes without knowing what they mean.</summary>
internal static class ByteMutator
{
    /// <inheritdoc cref="Mutator"/>
    public static byte[] Mutate(byte[] input, byte[] other, Random random)
    {
        var bytes = input.ToList();
        for (var i = random.Next(1, 4); i > 0; i--) Change(bytes, other, random);
        return [.. bytes];
    }

    private static void Change(List<byte> bytes, byte[] other, Random random)
    {
        var (start, end) = Chance.Range(random, bytes.Count);
        switch (random.Next(7))
        {
            case 0 when bytes.Count > 0:
                bytes[random.Next(bytes.Count)] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when bytes.Count > 0:
                bytes[random.Next(bytes.Count)] = (byte)random.Next(256);
                break;
            case 2:
                WriteNumber(bytes, start, 1 << random.Next(4), Chance.Number(random));
                break;
            case 3:
                bytes.RemoveRange(start, end - start);
                break;
            case 4:
                bytes.InsertRange(random.Next(bytes.Count + 1), bytes.GetRange(start, end - start));
                break;
            case 5:
                var (from, to) = Chance.Range(random, other.Length);
                bytes.InsertRange(start, other[from..to]);
                break;
            default:
                if (random.Next(4) == 0) bytes.RemoveRange(start, bytes.Count - start);
                else bytes.Insert(start, (byte)random.Next(256));
                break;
        }
    }

    private static void WriteNumber(List<byte> bytes, int at, int width, ulong number)
    {
        for (var i = 0; i < width && at + i < bytes.Count; i++) bytes[at + i] = (byte)(number >> 8 * i);
    }
}
