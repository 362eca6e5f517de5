namespace LoRDBA.Runtime.Generation;

/// <summary>SplitMix64 (Steele, Lea, Flood 2014): a random sequence that is the same on every machine and .NET version.</summary>
/// <param name="seed">The same seed gives the same sequence.</param>
public struct SplitMix(ulong seed)
{
    private ulong state = seed;

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        var mixed = state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB;
        return mixed ^ mixed >> 31;
    }

    /// <summary>A number from 0 to 1, exclusive, with 53 random bits.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));
}
