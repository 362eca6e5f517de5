namespace LoRDBA.Runtime.Kernels.Attention;

/// <summary>How a sequence keeps the keys and values of its context.</summary>
public enum KeyValueFormat
{
    /// <summary>16-bit floats, 2 bytes each.</summary>
    F16,

    /// <summary>8-bit whole numbers, 1 byte each, and a 32-bit scale for each head of a key and of a value.</summary>
    I8,

    /// <summary>32-bit floats, 4 bytes each.</summary>
    F32,
}
