namespace LoRDBA.Runtime.Gguf;

/// <summary>Why a GGUF file, or one of its values, was refused: one code per cause, stable across versions.</summary>
public enum GgufError
{
    /// <summary>The operating system did not let the file be opened or mapped.</summary>
    CannotOpen,
    /// <summary>The file ends inside the header, the metadata or the list of tensors.</summary>
    Truncated,
    /// <summary>The file does not begin with the four bytes <c>GGUF</c>.</summary>
    BadMagic,
    /// <summary>The file is big-endian.</summary>
    ByteSwapped,
    /// <summary>Version 1, which has 32-bit lengths and is no longer written by anything.</summary>
    VersionTooOld,
    /// <summary>A version that this reader does not know: 0, or above 3.</summary>
    VersionUnknown,
    /// <summary>More metadata entries announced than could lie in the bytes that remain.</summary>
    TooManyKeys,
    /// <summary>More tensors announced than could lie in the bytes that remain.</summary>
    TooManyTensors,
    /// <summary>A string is longer than the bytes that remain, or than 2^31 - 1.</summary>
    StringTooLong,
    /// <summary>An array is longer than the bytes that remain, or than 2^31 - 1 elements.</summary>
    ArrayTooLong,
    /// <summary>An array of arrays.</summary>
    NestedArray,
    /// <summary>A metadata value has a type number that the format does not define.</summary>
    UnknownValueType,
    /// <summary>A Boolean is stored as something else than 0 or 1.</summary>
    BadBool,
    /// <summary>A key or tensor name is empty.</summary>
    EmptyName,
    /// <summary>A key is longer than 65 535 bytes or a tensor name longer than 64.</summary>
    NameTooLong,
    /// <summary>A key or tensor name contains a control character.</summary>
    ControlCharacter,
    /// <summary>A key, tensor name or text value is not UTF-8.</summary>
    NotUtf8,
    /// <summary>Two metadata entries have the same key.</summary>
    DuplicateKey,
    /// <summary>Two tensors have the same name.</summary>
    DuplicateTensor,
    /// <summary>A metadata key that is needed is absent.</summary>
    MissingKey,
    /// <summary>A metadata value has another type than the one that its key needs.</summary>
    WrongValueType,
    /// <summary>A metadata number does not fit where its key needs it.</summary>
    ValueOutOfRange,
    /// <summary><c>general.alignment</c> is not a power of two from 1 to 2^20.</summary>
    BadAlignment,
    /// <summary>A tensor has not 1 to 4 dimensions.</summary>
    BadDimensionCount,
    /// <summary>A tensor's dimension is 0 or above 2^63 - 1.</summary>
    BadDimension,
    /// <summary>A tensor's element or byte count exceeds 2^63 - 1.</summary>
    TensorTooLarge,
    /// <summary>A tensor has a type number that the format does not define or has retired.</summary>
    UnknownTensorType,
    /// <summary>A tensor's row is not a whole number of its type's blocks.</summary>
    PartialBlock,
    /// <summary>A tensor's offset is not a multiple of the alignment.</summary>
    UnalignedTensor,
    /// <summary>A tensor's bytes reach beyond the end of the file.</summary>
    TensorPastEnd,
    /// <summary>Two tensors share bytes.</summary>
    TensorOverlap,
    /// <summary>Between two tensors lie more bytes than alignment needs.</summary>
    TensorGap,
    /// <summary>After the last tensor of an adapter lie more bytes than alignment needs.</summary>
    TrailingBytes,
    /// <summary>A tensor's type is valid, but its values cannot be read by this version.</summary>
    UnsupportedTensorType,
    /// <summary>A tensor that is needed is absent.</summary>
    MissingTensor,
    /// <summary>A file of a model that is split over several is absent, or is not the part that its name says.</summary>
    MissingPart,
    /// <summary>The file was written to, or cut, after it had been mapped.</summary>
    Changed,
}
