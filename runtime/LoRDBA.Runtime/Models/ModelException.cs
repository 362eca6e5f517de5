namespace LoRDBA.Runtime.Models;

/// <summary>Why a sound GGUF file is no model that this engine can run.</summary>
public enum ModelError
{
    /// <summary>An architecture that is not supported.</summary>
    UnsupportedArchitecture,
    /// <summary>Rotary scaling of a kind that is not supported.</summary>
    UnsupportedRopeScaling,
    /// <summary>There is no embedding: an adapter, or a vocabulary alone.</summary>
    NoModel,
    /// <summary>A number of the metadata is out of range or contradicts another.</summary>
    BadMetadata,
    /// <summary>A tensor that the architecture needs is absent.</summary>
    MissingTensor,
    /// <summary>A tensor that the architecture does not have.</summary>
    UnknownTensor,
    /// <summary>A tensor's shape is not what the metadata asks for.</summary>
    ShapeMismatch,
    /// <summary>A norm, a bias or a table of frequencies that is not stored as F32.</summary>
    BadTensorType,
    /// <summary>A value of a table of frequencies that cannot be one.</summary>
    BadTensorValue,
    /// <summary>A key of the metadata asks for something that is not supported.</summary>
    UnsupportedKey,
}

/// <summary>The file is sound GGUF, but not a model that this engine can run.</summary>
public sealed class ModelException : LordbaException
{
    internal ModelException(ModelError error, string file, string field, string message) : base($"{file}: {message}") => (Error, Field) = (error, field);

    /// <summary>The cause.</summary>
    public ModelError Error { get; }

    /// <inheritdoc/>
    public override string Code => CodeOf("model", Error);

    /// <summary>The metadata key or the tensor at fault.</summary>
    public string Field { get; }
}
