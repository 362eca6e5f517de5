namespace LoRDBA.Runtime.Kernels.Attention;

/// <summary>The columns of a tile that a machine keeps in registers beside one another, with what a product of matrices needs of
/// them.</summary>
internal unsafe interface IColumns<TSelf> where TSelf : struct, IColumns<TSelf>
{
    /// <summary>How many columns: 16 or 32.</summary>
    static abstract int Count { get; }

    /// <summary>Rows of a tile, 4 or 8: as many as leave registers for two operands.</summary>
    static abstract int Rows { get; }

    /// <summary>source[0..Count), any alignment.</summary>
    static abstract TSelf Load(float* source);

    /// <summary>source[0..Count), any alignment, of 16-bit floats that are finite.</summary>
    static abstract TSelf LoadHalf(ushort* source);

    /// <summary>Writes target[0..Count), any alignment.</summary>
    static abstract void Store(TSelf columns, float* target);

    /// <summary>*x · y</summary>
    static abstract TSelf Multiply(float* x, TSelf y);

    /// <summary>sum + *x · y, fused where the machine fuses. By address, so that one load broadcasts x.</summary>
    static abstract TSelf MultiplyAdd(float* x, TSelf y, TSelf sum);
}
